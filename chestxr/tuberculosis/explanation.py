"""Why a film got its score: contributions by zone and by family of features, in words."""

import pandas as pd

from chestxr.radiomics import ZONES

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
_PLACES = {
    "lungs": "both lungs",
    "right_lung": "right lung",
    "left_lung": "left lung",
    "right_upper": "right upper zone",
    "right_middle": "right middle zone",
    "right_lower": "right lower zone",
    "left_upper": "left upper zone",
    "left_middle": "left middle zone",
    "left_lower": "left lower zone",
    "lung_difference": "right against left lung",
    "upper_difference": "right against left upper zone",
    "middle_difference": "right against left middle zone",
    "lower_difference": "right against left lower zone",
    "zone_spread": "unevenness between zones",
    "zone_highest": "most striking zone",
    "zone_lowest": "least striking zone",
}


def explain(contributions: pd.Series, reasons: int = 3) -> list[tuple[str, float]]:
    """
    Group one film's contributions by place and family, and give the strongest.

    Parameters
    ----------
    contributions : pandas.Series, shape (features + 1,)
        SHAP values in log odds by feature name, and ``bias``.
    reasons : int, optional
        How many to give.

    Returns
    -------
    list of tuple of str and float
        Words, such as "right upper zone, texture", and the group's sum in log odds: positive speaks for tuberculosis.
        By size, largest first.
    """
    named = contributions.drop("bias")
    groups = named.groupby([_in_words(name) for name in named.index]).sum()
    strongest = groups.reindex(groups.abs().sort_values(ascending=False).index)[:reasons]
    return [(words, float(value)) for words, value in strongest.items() if value != 0]


def zone_contributions(contributions: pd.Series) -> dict[str, float]:
    """
    Share one film's contributions among the six zones.

    What speaks of a zone counts there; what speaks of a lung, of both lungs or of a difference is shared equally by the
    zones that it is measured on.

    Returns
    -------
    dict of str to float
        Log odds by zone; they add up to the margin less the bias.
    """
    total = dict.fromkeys(ZONES, 0.0)
    for name, value in contributions.drop("bias").items():
        concerned = _zones_behind(name.split(".")[0])
        for zone in concerned:
            total[zone] += float(value) / len(concerned)
    return total


def _zones_behind(place: str) -> tuple[str, ...]:
    """Return the zones that a region or a difference is measured on."""
    if place in ZONES:
        return (place,)
    part = place.split("_")[0]
    return tuple(zone for zone in ZONES if part in zone.split("_")) or ZONES


def _in_words(name: str) -> str:
    place, _, family, _ = name.split(".")
    return f"{_PLACES[place]}, {FAMILIES[family]}"
