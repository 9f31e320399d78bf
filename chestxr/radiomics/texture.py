"""Texture features of pyradiomics, on a region that is cropped and discretised once for all feature classes."""

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
    A region of an image, discretised to grey levels.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (rows, columns)
        The image, cropped to the bounding box of the region.
    mask : numpy.ndarray, shape (rows, columns), bool
        Mask of the region.
    settings : mapping
        Settings of pyradiomics for this image.
    """

    def __init__(self, pixels: np.ndarray, mask: np.ndarray, settings: Mapping[str, Any]) -> None:
        self.mask, self.settings = mask, settings
        self.values = pixels[mask]

    @cached_property
    def levels(self) -> np.ndarray:
        """Grey levels, shape (rows, columns), int: 1 and above in the region, 0 outside."""
        levels = np.zeros(self.mask.shape, dtype=int)
        levels[self.mask] = np.digitize(self.values, histogram_edges(np.sort(self.values), self.settings))
        return levels

    @cached_property
    def coefficients(self) -> dict[str, Any]:
        """Coefficients that the classes of pyradiomics expect: the levels present, and the highest one."""
        present = np.unique(self.levels[self.mask])
        return {"grayLevels": present, "Ng": int(present[-1])}


class _OnBinnedRegion(RadiomicsFeaturesBase):
    """
    Base of pyradiomics' feature classes for a discretised region.

    It comes before pyradiomics' own base in the method resolution order, and replaces work that the latter repeats for
    every class: reading images from SimpleITK, finding features by inspection, discretisation.
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
    Compute the features of one texture class.

    Parameters
    ----------
    family : str
        "glcm", "glrlm", "glszm", "gldm" or "ngtdm".
    region : BinnedRegion
        Discretised region.
    names : list of str or None
        Features to compute; None for all that pyradiomics does not deprecate.

    Returns
    -------
    dict of str to float
        Features by name, equal to those of the class in ``radiomics``.
    """
    measured = _fed(family)(region, None, **region.settings)
    for name in names or ():
        measured.enableFeatureByName(name)
    return {name: float(value) for name, value in measured.execute().items()}


def feature_names_of(family: str, names: list[str] | None) -> list[str]:
    """Return `names`, or the names of all non-deprecated features of a class, in the order of pyradiomics."""
    known = _feature_names(getFeatureClasses()[family])
    return list(names) if names else [name for name, deprecated in known.items() if not deprecated]


@cache
def _fed(family: str) -> type:
    return type(f"Fed{family.upper()}", (getFeatureClasses()[family], _OnBinnedRegion), {})


@cache
def _feature_names(cls: Any) -> dict[str, bool]:
    return cls.getFeatureNames()
