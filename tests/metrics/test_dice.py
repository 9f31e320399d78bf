"""Dice by structure, of which each may be missing."""

import numpy as np
import pytest

from chestxr.metrics.dice import lung_dice

TRUTH = np.array([[1, 1, 0, 2], [1, 1, 0, 2]], np.uint8)


def test_each_lung_and_both_are_compared():
    outline = np.array([[1, 1, 0, 2], [0, 0, 2, 2]], np.uint8)
    assert lung_dice(TRUTH, TRUTH) == {"both lungs": 1, "right lung": 1, "left lung": 1}
    found = lung_dice(outline, TRUTH)
    assert found == pytest.approx({"both lungs": 8 / 11, "right lung": 4 / 6, "left lung": 4 / 5})


def test_lungs_in_each_others_place_are_alike_only_together():
    swapped = np.array([0, 2, 1], np.uint8)[TRUTH]
    assert lung_dice(swapped, TRUTH) == {"both lungs": 1, "right lung": 0, "left lung": 0}


def test_a_lung_that_neither_has_is_the_same():
    nothing = np.zeros_like(TRUTH)
    assert lung_dice(nothing, nothing) == {"both lungs": 1, "right lung": 1, "left lung": 1}
    assert lung_dice(nothing, TRUTH) == lung_dice(TRUTH, nothing) == {"both lungs": 0, "right lung": 0, "left lung": 0}


def test_outlines_of_different_films_are_refused():
    with pytest.raises(ValueError, match="shape"):
        lung_dice(TRUTH, TRUTH.T)
