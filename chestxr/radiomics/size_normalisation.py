"""Features that grow with a region's size, brought to what one pixel contributes."""

from collections.abc import Iterator, Mapping

import numpy as np

__all__ = ["SIZELESS_SHAPE", "normalise_size"]

# Of pyradiomics' shape features those without a size, and the region's share of both lungs.
SIZELESS_SHAPE = ("Elongation", "Sphericity", "AreaShare")
# Sums over the region's pixels, runs, size zones or dependences.
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
    Divide sums by the region's area, multiply reciprocals of sums by it, and add each region's share of the lungs.

    Films are squashed to different aspects and lungs differ in size; what grows with the number of pixels says that and
    not what the tissue looks like.

    Parameters
    ----------
    measured : mapping of str to mapping of str to float
        Features of each region, as `FeatureEngine` gives them.
    regions : mapping of str to numpy.ndarray, bool
        The regions.

    Yields
    ------
    tuple of str, str, float
        Region, feature and value. ``original.shape2D.AreaShare`` is the region's share of both lungs; for ``lungs``
        itself the share of the frame.
    """
    for region, features in measured.items():
        area = float(regions[region].sum())
        whole = regions[region].size if region == "lungs" else float(regions["lungs"].sum())
        yield region, "original.shape2D.AreaShare", area / whole
        for name, value in features.items():
            kind = name.split(".", 1)[1]
            yield region, name, value / area if kind in _SUMS else value * area if kind in _RECIPROCALS else value
