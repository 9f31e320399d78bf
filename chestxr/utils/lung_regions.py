"""Regions of the lungs: both lungs, each lung, six zones, and the halves of the zones."""

from collections.abc import Mapping

import numpy as np

__all__ = ["HALF_ZONES", "HALVES", "LEAST_SHARE", "LEVELS", "LUNGS", "REGIONS", "ZONES", "half_zones", "lung_regions"]

LUNGS = ("right_lung", "left_lung")
LEVELS = ("upper", "middle", "lower")
HALVES = ("inner", "outer")
ZONES = tuple(f"{side}_{level}" for side in ("right", "left") for level in LEVELS)
HALF_ZONES = tuple(f"{zone}_{half}" for zone in ZONES for half in HALVES)
REGIONS = ("lungs", *LUNGS, *ZONES)
# A lung below this fraction of the area of both lungs is missing, destroyed or not found: it is not measured.
LEAST_SHARE = 0.10


def lung_regions(labels: np.ndarray) -> dict[str, np.ndarray]:
    """
    Divide lungs into regions.

    Each lung is split horizontally into an upper, a middle and a lower zone of a third of its area, to the nearest row.
    Radiologists divide the lungs by height; equal areas give every zone the same number of pixels. A lung that is
    smaller than ``LEAST_SHARE`` of both lungs together is left out, with its zones.

    Parameters
    ----------
    labels : numpy.ndarray, shape (W, H), integer
        Label map: 0 background, 1 right lung, 2 left lung; the second axis points to the feet.

    Returns
    -------
    dict of str to numpy.ndarray, shape (W, H), bool
        Masks of some of ``REGIONS``, in that order.

    Raises
    ------
    ValueError
        If the label map is empty.
    """
    lungs = labels > 0
    if not lungs.any():
        raise ValueError("an empty mask; expected both lungs outlined")
    regions = {"lungs": lungs}
    for value, side in ((1, "right"), (2, "left")):
        lung = labels == value
        if lung.sum() >= LEAST_SHARE * lungs.sum():
            regions[f"{side}_lung"] = lung
            regions |= {f"{side}_{level}": zone for level, zone in _thirds(lung).items()}
    return {name: regions[name] for name in REGIONS if name in regions}


def half_zones(regions: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """
    Split each zone into an inner half, towards the hilum, and an outer half of the same area, to the nearest column.

    Parameters
    ----------
    regions : mapping of str to numpy.ndarray, shape (W, H), bool
        Masks as returned by :py:func:`lung_regions`; the first axis points to the patient's left.

    Returns
    -------
    dict of str to numpy.ndarray, shape (W, H), bool
        Masks of some of ``HALF_ZONES``, in that order.
    """
    halves: dict[str, np.ndarray] = {}
    for zone in (name for name in ZONES if name in regions):
        share_before = np.cumsum(regions[zone].sum(axis=1)) / regions[zone].sum()
        towards_right = regions[zone] & (share_before <= 0.5)[:, None]
        towards_left = regions[zone] & ~towards_right
        inner, outer = (towards_left, towards_right) if zone.startswith("right") else (towards_right, towards_left)
        halves |= {f"{zone}_inner": inner, f"{zone}_outer": outer}
    return halves


def _thirds(lung: np.ndarray) -> dict[str, np.ndarray]:
    """Split a lung horizontally into thirds of its area."""
    share_above = np.cumsum(lung.sum(axis=0)) / lung.sum()
    level = np.digitize(share_above - 1e-9, (1 / 3, 2 / 3))
    return {name: lung & (level == index) for index, name in enumerate(LEVELS)}
