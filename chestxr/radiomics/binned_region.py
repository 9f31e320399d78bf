"""A region of an image, cropped and discretised once for all feature classes of pyradiomics."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from .first_order import histogram_edges

__all__ = ["BinnedRegion"]


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
    def highest(self) -> int:
        """The highest grey level."""
        return int(self.levels.max())

    @cached_property
    def is_flat(self) -> bool:
        """Whether there is a single grey level."""
        return bool((self.levels[self.mask] == self.highest).all())
