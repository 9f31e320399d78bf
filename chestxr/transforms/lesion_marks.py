"""Marks: the most suspicious places of a lesion map."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from monai.config import KeysCollection, NdarrayOrTensor
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_numpy
from scipy.ndimage import gaussian_filter
from skimage.feature import peak_local_max

__all__ = ["LesionMarksd"]


class LesionMarksd(MapTransform):
    """
    Dictionary-based search for the peaks of a lesion map inside the lungs.

    Adds ``marks``, an array (N, 3), float64, the most suspicious first: x and y in pixels of the film, and the
    probability of the smoothed map. Marks of a film without lungs: none.

    Parameters
    ----------
    keys : str
        Lesion map (1, W, H), probabilities, on any grid.
    lungs_key : str
        Label map of the lungs on the same grid, 0 for background. Its affine and that of the film place the marks.
    smoothing : float
        Standard deviation of the Gaussian filter, in pixels of the map. The map is averaged over the lungs only.
    distance : int
        Smallest distance of two marks, in pixels of the map.
    least : float
        Smallest probability of a mark.
    most : int, optional
        Largest number of marks.
    """

    backend = [TransformBackends.NUMPY]

    def __init__(
        self, keys: KeysCollection, lungs_key: str, smoothing: float, distance: int, least: float, most: int = 20
    ) -> None:
        super().__init__(keys)
        self.lungs_key = lungs_key
        self.smoothing = smoothing
        self.distance = distance
        self.least = least
        self.most = most

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, Any]:
        """Return the item with ``marks``."""
        labels = data[self.lungs_key]
        probability = convert_to_numpy(data[self.first_key(data)])[0].astype(float)
        lungs = convert_to_numpy(labels)[0] > 0
        smooth = smooth_inside(probability, lungs, self.smoothing)
        places = peak_local_max(
            smooth,
            min_distance=self.distance,
            threshold_abs=self.least,
            num_peaks=self.most,
            labels=lungs.astype(int),
            exclude_border=False,
        )
        found = smooth[tuple(places.T)]
        order = np.argsort(-found, kind="stable")
        return dict(data) | {"marks": np.column_stack([_on_film(places[order], labels), found[order]])}


def smooth_inside(values: np.ndarray, mask: np.ndarray, sigma: float) -> np.ndarray:
    """Return a map averaged by a Gaussian over the pixels of a mask; 0 outside."""
    weight = gaussian_filter(mask.astype(float), sigma)
    smooth = gaussian_filter(values * mask, sigma)
    return np.where(mask, smooth / np.maximum(weight, np.finfo(float).tiny), 0)


def _on_film(places: np.ndarray, grid: Any) -> np.ndarray:
    """Return the centres of pixels of a grid in pixels of the film, (N, 2); 0 is the film's edge."""
    to_film = np.linalg.inv(np.asarray(grid.meta["original_affine"], dtype=float)) @ np.asarray(
        grid.affine, dtype=float
    )
    homogeneous = np.zeros((len(places), len(to_film)))
    homogeneous[:, :2], homogeneous[:, -1] = places, 1
    return (homogeneous @ to_film.T)[:, :2] + 0.5
