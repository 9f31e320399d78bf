"""Marks: the most suspicious places of a lesion map."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from monai.config import NdarrayOrTensor
from monai.data import MetaTensor
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_numpy
from scipy.ndimage import gaussian_filter
from skimage.feature import peak_local_max

from chestxr.utils.lesion_mark import LesionMark
from chestxr.utils.lung_regions import ZONES, lung_regions

__all__ = ["LesionMarksd", "places_on_film"]


class LesionMarksd(MapTransform):
    """
    Dictionary-based search for the peaks of a lesion map inside the lungs.

    Adds ``marks``, a list of :py:class:`LesionMark`, the most suspicious first; none if there are no lungs.

    Parameters
    ----------
    keys : str
        Lesion map (1, W, H), probabilities, on any grid.
    lungs_key : str
        Label map of the lungs on the same grid, 0 for background. Its affine, and that of the film in its metadata,
        give the places on the film.
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
        self, keys: str, lungs_key: str, smoothing: float, distance: int, least: float, most: int = 20
    ) -> None:
        super().__init__(keys)
        self.lungs_key = lungs_key
        self.smoothing = smoothing
        self.distance = distance
        self.least = least
        self.most = most

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, Any]:
        """Return the item with ``marks``."""
        grid = data[self.lungs_key]
        labels = convert_to_numpy(grid)[0].astype(np.uint8)
        probability = convert_to_numpy(data[self.first_key(data)])[0].astype(float)
        smooth = smooth_inside(probability, labels > 0, self.smoothing)
        places = peak_local_max(
            smooth,
            min_distance=self.distance,
            threshold_abs=self.least,
            num_peaks=self.most,
            labels=(labels > 0).astype(int),
            exclude_border=False,
        )
        zones = {name: region for name, region in _regions(labels).items() if name in ZONES}
        marks = [
            LesionMark(
                x,
                y,
                probability=float(smooth[tuple(place)]),
                zone=next((name for name, zone in zones.items() if zone[tuple(place)]), ""),
            )
            for place, (x, y) in zip(places, places_on_film(places, grid).tolist(), strict=True)
        ]
        return dict(data) | {"marks": sorted(marks, key=lambda mark: -mark.probability)}


def smooth_inside(values: np.ndarray, mask: np.ndarray, sigma: float) -> np.ndarray:
    """Return a map averaged by a Gaussian over the pixels of a mask; 0 outside."""
    weight = gaussian_filter(mask.astype(float), sigma)
    smooth = gaussian_filter(values * mask, sigma)
    return np.where(mask, smooth / np.maximum(weight, np.finfo(float).tiny), 0)


def _regions(labels: np.ndarray) -> dict[str, np.ndarray]:
    return lung_regions(labels) if labels.any() else {}


def places_on_film(places: np.ndarray, grid: MetaTensor) -> np.ndarray:
    """
    Convert indices of a grid to places on the film that it was cropped and resized from.

    Parameters
    ----------
    places : numpy.ndarray, shape (N, 2)
        Indices; integers are centres of pixels.
    grid : monai.data.MetaTensor
        Any image on the grid, with its affine, and the film's as ``original_affine``.

    Returns
    -------
    numpy.ndarray, shape (N, 2)
        x and y in pixels of the film, from its left and upper edge.
    """
    grid_affine = np.asarray(grid.affine, float)
    # A film that was given as an array, not read from a file, has the identity.
    film_affine = np.asarray(grid.meta.get("original_affine", np.eye(len(grid_affine))), float)
    to_film = np.linalg.inv(film_affine) @ grid_affine
    homogeneous = np.zeros((len(places), len(to_film)))
    homogeneous[:, :2], homogeneous[:, -1] = places, 1
    return (homogeneous @ to_film.T)[:, :2] + 0.5
