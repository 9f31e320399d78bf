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
        Largest number of entries of each kind.

    Returns
    -------
    dict of str to list of str
        ``marks``, or ``no_marks`` if there are none; groups of features ``for`` and ``against`` tuberculosis.
    """
    return {
        "marks": [mark.words for mark in marks[:most]],
        "no_marks": [] if marks else [f"no opacity of {least:.2f} or more"],
        "for": [_group_in_words(group) for group in groups if group[1] > 0][:most],
        "against": [_group_in_words(group) for group in groups if group[1] < 0][:most],
    }


def reasons_in_words(suspicious: bool, found: dict[str, list[str]], most: int) -> str:
    """
    Return the reasons that agree with a result, then, after the word "despite", those that do not.

    Parameters
    ----------
    suspicious : bool
        The result.
    found : dict of str to list of str
        What :py:func:`evidence` returns.
    most : int
        Largest number of reasons that agree; of each kind that do not, the strongest.

    Returns
    -------
    str
        Reasons, separated by "; ".
    """
    towards, away = ("marks", "for"), ("no_marks", "against")
    agreeing, opposing = (towards, away) if suspicious else (away, towards)
    reasons = [reason for kind in agreeing for reason in found[kind]][:most]
    contrary = [f"{_AGAINST_THE_RESULT}{found[kind][0]}" for kind in opposing if found[kind]]
    return "; ".join([*reasons, *contrary])


def _group_in_words(group: tuple[str, float]) -> str:
    words, value = group
    return f"{words} ({value:+.2f})"
