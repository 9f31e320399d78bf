"""Explanation of a score: SHAP values by zone and by family of features."""

from collections.abc import Mapping
from functools import cache

import pandas as pd

from chestxr.radiomics import ZONES

from .lesion_feature import LESION_FEATURE

__all__ = ["FAMILIES", "explain", "zone_contributions"]

FAMILIES = {
    "firstorder": "brightness",
    "shape2D": "shape",
    "glcm": "texture",
    "glrlm": "texture",
    "glszm": "texture",
    "gldm": "texture",
    "ngtdm": "texture",
}
_EXTREMES = {"spread": "unevenness between", "highest": "most striking of the", "lowest": "least striking of the"}


def explain(contributions: pd.Series, reasons: int = 3) -> list[tuple[str, float]]:
    """
    Sum the contributions of a film by region and family, and return the largest sums.

    Parameters
    ----------
    contributions : pandas.Series, shape (features + 1,)
        SHAP values in log odds by feature name, and ``bias``.
    reasons : int, optional
        Largest number of groups to return.

    Returns
    -------
    list of tuple of str and float
        Name of the group, such as "right upper zone, texture", and its sum in log odds; positive values are evidence
        for tuberculosis. Sorted by absolute value, largest first.
    """
    named = contributions.drop("bias")
    groups = named.groupby([_in_words(name) for name in named.index]).sum()
    strongest = groups.reindex(groups.abs().sort_values(ascending=False).index)[:reasons]
    return [(str(words), float(value)) for words, value in strongest.items() if value != 0]


def zone_contributions(contributions: pd.Series, evidence: Mapping[str, float]) -> dict[str, float]:
    """
    Distribute the contributions of a film over the six zones.

    Contributions of a zone or half zone count for that zone; those of a lung, both lungs or a difference are divided
    equally among the zones that they are measured on. That of the lesions is divided by the zones' own evidence
    if it speaks for tuberculosis, and equally if it speaks against it.

    Parameters
    ----------
    contributions : pandas.Series, shape (features + 1,)
        SHAP values in log odds by feature name, and ``bias``.
    evidence : mapping of str to float
        Measures of :py:class:`chestxr.transforms.LesionEvidenced`.

    Returns
    -------
    dict of str to float
        Log odds by zone; their sum is the margin minus the bias.
    """
    total = dict.fromkeys(ZONES, 0.0)
    by_zone = pd.Series({zone: evidence.get(f"{zone}.lesion.top5", 0.0) for zone in ZONES})
    lesions = float(contributions.get(LESION_FEATURE, 0.0))
    for zone, share in _shares(by_zone, lesions).items():
        total[str(zone)] += lesions * float(share)
    named = contributions.drop(["bias", LESION_FEATURE], errors="ignore")
    for place, value in named.groupby([name.partition(".")[0] for name in named.index]).sum().items():
        concerned = _zones_behind(str(place))
        for zone in concerned:
            total[zone] += float(value) / len(concerned)
    return total


def _shares(evidence: pd.Series, lesions: float) -> pd.Series:
    """Return each zone's share of the lesions' contribution."""
    if lesions > 0 and evidence.sum() > 0:
        return evidence / evidence.sum()
    return pd.Series(1 / len(evidence), evidence.index)


@cache
def _zones_behind(place: str) -> tuple[str, ...]:
    """Return the zones that a region or a difference is measured on."""
    part = place.split("_")[0]
    whole = place.removesuffix("_inner").removesuffix("_outer")
    if whole in ZONES:
        return (whole,)
    return tuple(zone for zone in ZONES if part in zone.split("_")) or ZONES


@cache
def _in_words(name: str) -> str:
    if name == LESION_FEATURE:
        return "lesions"
    place, image, family, _ = name.split(".")
    return f"{_place_in_words(place)}, {'fine structure' if 'hessian' in image else FAMILIES[family]}"


def _place_in_words(place: str) -> str:
    """Return the text for a region, e.g. "right upper zone, inner half" for right_upper_inner."""
    *words, last = place.split("_")
    if last in _EXTREMES:
        return f"{_EXTREMES[last]} {' '.join(words)}s"
    if last == "difference":
        return f"right against left {_place_in_words('_'.join(words)) if words != ['lung'] else 'lung'}"
    if last in ("inner", "outer"):
        return f"{' '.join(words)} zone, {last} half"
    return "both lungs" if place == "lungs" else " ".join([*words, last]) + ("" if last == "lung" else " zone")
