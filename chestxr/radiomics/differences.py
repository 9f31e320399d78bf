"""How regions of the lungs differ: left from right, and zone from zone."""

from collections.abc import Mapping

import numpy as np

from .regions import ZONES

__all__ = ["DIFFERENCES", "region_differences"]

_SIDES = {
    "lung_difference": ("right_lung", "left_lung"),
    "upper_difference": ("right_upper", "left_upper"),
    "middle_difference": ("right_middle", "left_middle"),
    "lower_difference": ("right_lower", "left_lower"),
}
DIFFERENCES = (*_SIDES, "zone_spread", "zone_highest", "zone_lowest")


def region_differences(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """
    Compare regions feature by feature.

    Disease of one lung, or of one zone, shows in how a region differs from its mate in the same film, whatever the
    film's exposure.

    Parameters
    ----------
    values : mapping of str to numpy.ndarray, shape (features,)
        The features of some of `chestxr.radiomics.regions.REGIONS`.

    Returns
    -------
    dict of str to numpy.ndarray, shape (features,)
        ``*_difference``: absolute difference of the right and the left region; ``zone_spread``: standard deviation over
        the zones; ``zone_highest`` and ``zone_lowest``: the extremes over the zones. NaN where a region is missing;
        the last three need four zones or more.
    """
    size = len(next(iter(values.values())))
    missing = np.full(size, np.nan)
    found = {
        name: np.abs(values.get(right, missing) - values.get(left, missing)) for name, (right, left) in _SIDES.items()
    }
    zones = [values[zone] for zone in ZONES if zone in values]
    if len(zones) < 4:
        return found | dict.fromkeys(("zone_spread", "zone_highest", "zone_lowest"), missing)
    stack = np.stack(zones)
    return found | {
        "zone_spread": stack.std(axis=0),
        "zone_highest": stack.max(axis=0),
        "zone_lowest": stack.min(axis=0),
    }
