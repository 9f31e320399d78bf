"""Reasons that do not agree with the result say so."""

import pytest

from chestxr.tuberculosis.reasons import evidence, reasons_in_words
from chestxr.utils.lesion_mark import LesionMark

MARK = LesionMark(10, 20, 0.834, "right_upper")
TOWARDS, AWAY = ("lesions", 1.2), ("left lung, brightness", -0.4)


@pytest.mark.parametrize(
    ("suspicious", "marks", "expected"),
    [
        (
            True,
            [MARK],
            ["opacity, right upper zone, 0.83", "lesions (+1.20)", "despite left lung, brightness (-0.40)"],
        ),
        (
            True,
            [],
            ["lesions (+1.20)", "despite no opacity of 0.50 or more", "despite left lung, brightness (-0.40)"],
        ),
        (
            False,
            [MARK],
            ["left lung, brightness (-0.40)", "despite opacity, right upper zone, 0.83", "despite lesions (+1.20)"],
        ),
        (False, [], ["no opacity of 0.50 or more", "left lung, brightness (-0.40)", "despite lesions (+1.20)"]),
    ],
)
def test_reasons_against_the_result_begin_with_despite(suspicious, marks, expected):
    assert reasons_in_words(suspicious, marks, [TOWARDS, AWAY], 0.5, 3).split("; ") == expected


def test_only_the_strongest_groups_are_reasons():
    assert "despite" not in reasons_in_words(True, [MARK], [TOWARDS, AWAY], 0.5, 1)


def test_each_kind_has_a_largest_number_of_entries():
    found = evidence([MARK] * 5, [TOWARDS] * 5, 0.5, 3)
    assert [len(found[kind]) for kind in ("marks", "no_marks", "for", "against")] == [5, 0, 3, 0]
    assert len(reasons_in_words(True, [MARK] * 5, [TOWARDS] * 5, 0.5, 3).split("; ")) == 6
