"""Reasons of a score in words: lesion marks that a reader can check on the film, then groups of features."""

from collections.abc import Sequence

from chestxr.utils.lesion_mark import LesionMark

__all__ = ["evidence", "reasons_in_words"]

_AGAINST_THE_RESULT = "despite "


def evidence(
    marks: Sequence[LesionMark], groups: Sequence[tuple[str, float]], least: float, most: int
) -> dict[str, list[str]]:
    """
    Return the strongest evidence of a film in words.

    Parameters
    ----------
    marks : sequence of LesionMark
        Likely marks, the most suspicious first.
    groups : sequence of tuple of str and float
        Groups of features and their log odds, as :py:func:`.explanation.explain` returns them.
    least : float
        Probability of a likely mark.
    most : int
        Largest number of groups of each sign.

    Returns
    -------
    dict of str to list of str
        ``marks``, or ``no_marks`` if there are none; groups of features ``for`` and ``against`` tuberculosis.
    """
    return {
        "marks": [mark.words for mark in marks],
        "no_marks": [] if marks else [_no_mark(least)],
        "for": [_group_in_words(group) for group in groups if group[1] > 0][:most],
        "against": [_group_in_words(group) for group in groups if group[1] < 0][:most],
    }


def reasons_in_words(
    suspicious: bool, marks: Sequence[LesionMark], groups: Sequence[tuple[str, float]], least: float, most: int
) -> str:
    """
    Return the reasons that agree with a result, then, after the word "despite", those that do not.

    Parameters
    ----------
    suspicious : bool
        The result.
    marks, groups, least : sequence of LesionMark, sequence of tuple of str and float, float
        As for :py:func:`evidence`; the groups are sorted by absolute value, largest first.
    most : int
        Largest number of marks, and of groups.

    Returns
    -------
    str
        Reasons, separated by "; ": marks, then groups.
    """
    seen = [mark.words for mark in marks[:most]]
    towards = seen + [_group_in_words(group) for group in groups[:most] if group[1] > 0]
    away = [] if seen else [_no_mark(least)]
    away += [_group_in_words(group) for group in groups[:most] if group[1] < 0]
    agreeing, opposing = (towards, away) if suspicious else (away, towards)
    return "; ".join([*agreeing, *(f"{_AGAINST_THE_RESULT}{reason}" for reason in opposing)])


def _no_mark(least: float) -> str:
    return f"no opacity of {least:.2f} or more"


def _group_in_words(group: tuple[str, float]) -> str:
    words, value = group
    return f"{words} ({value:+.2f})"
