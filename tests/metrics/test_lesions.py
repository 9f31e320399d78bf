"""Marks against boxes, and sensitivity at rates of false marks."""

import math

import numpy as np
import pytest

from chestxr.metrics.lesions import Detection, froc_sensitivities, match_marks

BOXES = np.array([[10, 10, 20, 20], [50, 50, 60, 70]])


def test_each_box_has_its_most_suspicious_mark():
    marks = np.array([[15, 15, 0.9], [5, 5, 0.8], [11, 20, 0.7], [40, 60, 0.2]])
    assert match_marks(marks, BOXES) == Detection((0.9, 0.0), (0.8, 0.2), first_is_lesion=True)


def test_overlapping_boxes_share_a_mark():
    found = match_marks(np.array([[15, 15, 0.5]]), np.array([[10, 10, 20, 20], [0, 0, 30, 30]]))
    assert found.lesions == (0.5, 0.5) and found.false_marks == ()


def test_films_without_marks_or_boxes():
    assert match_marks(np.zeros((0, 3)), BOXES) == Detection((0.0, 0.0), (), first_is_lesion=False)
    assert match_marks(np.array([[1, 1, 0.3]]), np.zeros((0, 4))) == Detection((), (0.3,), first_is_lesion=False)


def test_sensitivity_at_rates_of_false_marks():
    films = [
        Detection((0.9,), (0.8,), True),
        Detection((0.7,), (0.6,), True),
        Detection((0.5,), (0.4,), True),
        Detection((0.0,), (0.3,), False),
    ]
    # One false mark in four films (rate 1/4) admits marks above 0.6, and so on; the last lesion is never marked.
    assert froc_sensitivities(films) == pytest.approx([0.5, 0.75, 0.75, 0.75])


def test_a_network_that_marks_only_lesions_finds_them_at_every_rate():
    films = [Detection((0.9, 0.2), (), True), Detection((0.4, 0.0), (), True)]
    assert froc_sensitivities(films) == pytest.approx([0.75] * 4)


def test_without_lesions_there_is_no_sensitivity():
    assert all(math.isnan(value) for value in froc_sensitivities([Detection((), (0.3,), False)]))
