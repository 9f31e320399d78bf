"""Dice by structure; each structure may be missing."""

import numpy as np
import pytest

from chestxr.metrics.dice import lung_dice

TRUTH = np.array([[1, 1, 0, 2], [1, 1, 0, 2]], np.uint8)


def test_dice_of_each_lung_and_both():
    mask = np.array([[1, 1, 0, 2], [0, 0, 2, 2]], np.uint8)
    assert lung_dice(TRUTH, TRUTH) == {"both lungs": 1, "right lung": 1, "left lung": 1}
    found = lung_dice(mask, TRUTH)
    assert found == pytest.approx({"both lungs": 8 / 11, "right lung": 4 / 6, "left lung": 4 / 5})


def test_swapped_lungs_agree_only_together():
    swapped = np.array([0, 2, 1], np.uint8)[TRUTH]
    assert lung_dice(swapped, TRUTH) == {"both lungs": 1, "right lung": 0, "left lung": 0}


def test_lung_absent_in_both_has_dice_1():
    nothing = np.zeros_like(TRUTH)
    assert lung_dice(nothing, nothing) == {"both lungs": 1, "right lung": 1, "left lung": 1}
    assert lung_dice(nothing, TRUTH) == lung_dice(TRUTH, nothing) == {"both lungs": 0, "right lung": 0, "left lung": 0}


def test_masks_of_different_shapes_raise():
    with pytest.raises(ValueError, match="shape"):
        lung_dice(TRUTH, TRUTH.T)
