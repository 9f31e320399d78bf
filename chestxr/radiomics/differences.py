"""Feature differences between regions: right against left, and over the zones."""

from collections.abc import Mapping

import numpy as np

from chestxr.utils.lung_regions import HALF_ZONES, HALVES, LEVELS, ZONES

__all__ = ["DIFFERENCES", "HALF_ZONE_DIFFERENCES", "region_differences"]

_SIDES = {f"{place}_difference": place for place in ("lung", *LEVELS)}
_HALF_SIDES = {f"{level}_{half}_difference": f"{level}_{half}" for level in LEVELS for half in HALVES}
_EXTREMES = ("spread", "highest", "lowest")
DIFFERENCES = (*_SIDES, *(f"zone_{extreme}" for extreme in _EXTREMES))
HALF_ZONE_DIFFERENCES = (*_HALF_SIDES, *(f"half_zone_{extreme}" for extreme in _EXTREMES))


def region_differences(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """
    Compute differences between regions, feature by feature.

    Disease of one lung or zone shows as a difference from the opposite region of the same film, independently of the
    film's exposure.

    Parameters
    ----------
    values : mapping of str to numpy.ndarray, shape (features,)
        Features by region, some of `chestxr.utils.lung_regions.REGIONS` and ``HALF_ZONES``.

    Returns
    -------
    dict of str to numpy.ndarray, shape (features,)
        ``*_difference``: absolute difference between the right and the left region; ``zone_spread``: population
        standard deviation over the zones; ``zone_highest`` and ``zone_lowest``: maximum and minimum over the zones; the
        same for the half zones. Differences that need a missing region are left out.
    """
    found = {
        name: np.abs(values[f"right_{place}"] - values[f"left_{place}"])
        for name, place in (_SIDES | _HALF_SIDES).items()
        if f"right_{place}" in values and f"left_{place}" in values
    }
    for kind, places in (("zone", ZONES), ("half_zone", HALF_ZONES)):
        if all(place in values for place in places):
            stack = np.stack([values[place] for place in places])
            extremes = (stack.std(axis=0), stack.max(axis=0), stack.min(axis=0))
            found |= {f"{kind}_{extreme}": value for extreme, value in zip(_EXTREMES, extremes, strict=True)}
    return found
