"""pyradiomics' texture classes, fed with a region that is cropped and binned once for all of them."""

import logging
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

import numpy as np
from radiomics import getFeatureClasses
from radiomics.base import RadiomicsFeaturesBase

from .first_order import histogram_edges

__all__ = ["BinnedRegion", "feature_names_of", "texture"]


class BinnedRegion:
    """
    A region of an image with its grey levels.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (rows, columns)
        The image, cropped to the region.
    mask : numpy.ndarray, shape (rows, columns), bool
        The region.
    settings : mapping
        pyradiomics' settings for this image.
    """

    def __init__(self, pixels: np.ndarray, mask: np.ndarray, settings: Mapping[str, Any]) -> None:
        self.mask, self.settings = mask, settings
        self.values = pixels[mask]

    @cached_property
    def levels(self) -> np.ndarray:
        """Grey levels from 1 in the region, 0 outside it."""
        levels = np.zeros(self.mask.shape, dtype=int)
        levels[self.mask] = np.digitize(self.values, histogram_edges(np.sort(self.values), self.settings))
        return levels

    @cached_property
    def coefficients(self) -> dict[str, Any]:
        """What pyradiomics' classes expect: the levels that occur, and the highest."""
        present = np.unique(self.levels[self.mask])
        return {"grayLevels": present, "Ng": int(present[-1])}


class _OnBinnedRegion(RadiomicsFeaturesBase):
    """
    The base of pyradiomics' feature classes, for a region that is binned already.

    It stands between a feature class and pyradiomics' own base, and takes the place of what that does for each class
    anew: reading the images from SimpleITK, finding the features by inspection, binning.
    """

    def __init__(self, region: BinnedRegion, _: None, **settings: Any) -> None:
        self.logger = logging.getLogger("radiomics")
        self.settings, self.label, self.voxelBased = settings, 1, False
        self.enabledFeatures: dict[str, bool] = {}
        self.featureValues: dict[str, np.ndarray] = {}
        self.featureNames = _feature_names(type(self))  # type: ignore[arg-type]
        self.region = region
        self.coefficients = dict(region.coefficients)
        self.imageArray, self.maskArray = region.levels, region.mask

    def _applyBinning(self, matrix: np.ndarray) -> np.ndarray:
        return matrix


def texture(family: str, region: BinnedRegion, names: list[str] | None) -> dict[str, float]:
    """
    Measure one family of texture.

    Parameters
    ----------
    family : str
        "glcm", "glrlm", "glszm", "gldm" or "ngtdm".
    region : BinnedRegion
        What to measure.
    names : list of str or None
        Features to measure; None for all that pyradiomics does not deprecate.

    Returns
    -------
    dict of str to float
        As ``radiomics``' own class gives them.
    """
    measured = _fed(family)(region, None, **region.settings)
    for name in names or ():
        measured.enableFeatureByName(name)
    return {name: float(value) for name, value in measured.execute().items()}


def feature_names_of(family: str, names: list[str] | None) -> list[str]:
    """Return the features of a family in pyradiomics' order."""
    known = _feature_names(getFeatureClasses()[family])
    return list(names) if names else [name for name, deprecated in known.items() if not deprecated]


@cache
def _fed(family: str) -> type:
    return type(f"Fed{family.upper()}", (getFeatureClasses()[family], _OnBinnedRegion), {})


@cache
def _feature_names(cls: Any) -> dict[str, bool]:
    return cls.getFeatureNames()
