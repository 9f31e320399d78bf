"""Normalisation of features that depend on the number of pixels."""

from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np

__all__ = ["SIZELESS_SHAPE", "normalise_size"]

# Scale-invariant shape features of pyradiomics, and the region's fraction of both lungs.
SIZELESS_SHAPE = ("Elongation", "Sphericity", "AreaShare")
# Sums over the pixels, runs, size zones or dependences of a region.
_SUMS = {
    "firstorder.Energy",
    "glrlm.GrayLevelNonUniformity",
    "glrlm.RunLengthNonUniformity",
    "glszm.GrayLevelNonUniformity",
    "glszm.SizeZoneNonUniformity",
    "gldm.GrayLevelNonUniformity",
    "gldm.DependenceNonUniformity",
    "ngtdm.Busyness",
}
# Reciprocals of such sums.
_RECIPROCALS = {"ngtdm.Coarseness", "ngtdm.Strength"}


def normalise_size(
    measured: Mapping[str, Mapping[str, float]], regions: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, str, float]]:
    """
    Divide sums by the region's area, multiply reciprocals of sums by it, and add each region's fraction of the lungs.

    Lungs differ in size, and films in aspect ratio: features that grow with the number of pixels reflect that rather
    than the tissue.

    Parameters
    ----------
    measured : mapping of str to mapping of str to float
        Features of each region, as returned by `FeatureEngine`.
    regions : mapping of str to numpy.ndarray, bool
        Masks of the regions; areas are in pixels.

    Yields
    ------
    tuple of str, str, float
        Region, feature and value. ``original.shape2D.AreaShare`` is the region's fraction of both lungs; for ``lungs``
        itself, the fraction of the frame.
    """
    lungs = np.count_nonzero(regions["lungs"])
    for region, features in measured.items():
        area = np.count_nonzero(regions[region])
        whole = regions[region].size if region == "lungs" else lungs
        yield region, "original.shape2D.AreaShare", area / whole
        for name, value in features.items():
            kind = _kind(name)
            yield region, name, value / area if kind in _SUMS else value * area if kind in _RECIPROCALS else value


@cache
def _kind(name: str) -> str:
    """Return family and feature of a name that begins with the image."""
    return name.split(".", 1)[1]
