"""Fine structure of the lungs: how sharply a film curves along and across the lines and spots that it shows."""

from collections.abc import Sequence
from functools import partial
from math import sqrt
from pathlib import Path

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter
from skimage.feature import hessian_matrix_eigvals

__all__ = ["FINE_SETTINGS", "curvature_images", "inner_lungs"]

FINE_SETTINGS = Path(__file__).parent / "fine_settings.yaml"
# Pixels of the fine frame within which the lungs' own border curves more than anything inside them.
_BORDER = 4
# Beyond these shares of the lungs' intensities there is bone, letters and the film's edge.
_RANGE = (-0.5, 1.5)
# Standard deviations at which a Gaussian ends: what lies beyond is less than double precision tells.
_TRUNCATE = 8


def curvature_images(film: np.ndarray, scales: Sequence[float]) -> dict[str, np.ndarray]:
    """
    Give the eigenvalues of the Hessian at several scales.

    Vessels, scars and the walls of cavities are lines, nodules are spots: bright ones have a strongly negative lower
    eigenvalue, dark ones a strongly positive higher one (Frangi et al. 1998, doi 10.1007/BFb0056195). Derivatives are
    multiplied by the squared scale, so that scales compare (Lindeberg 1998, doi 10.1023/A:1008045108935).

    Parameters
    ----------
    film : numpy.ndarray, shape (W, H)
        Intensities, 0 and 1 at the lungs' lower and upper percentile.
    scales : sequence of float
        Standard deviations of the Gaussian in pixels.

    Returns
    -------
    dict of str to numpy.ndarray, shape (W, H), float64
        ``hessian-<scale>px-high`` and ``-low``.
    """
    clipped = np.clip(film, *_RANGE).astype(np.float64)
    images: dict[str, np.ndarray] = {}
    for scale in scales:
        high, low = scale**2 * hessian_matrix_eigvals(_hessian(clipped, scale))
        images |= {f"hessian-{scale:g}px-high": high, f"hessian-{scale:g}px-low": low}
    return images


def _hessian(image: np.ndarray, scale: float) -> list[np.ndarray]:
    """
    Derive twice by Gaussians, whose variances add up; the second derivatives along x, along both and along y.

    The values of ``skimage.feature.hessian_matrix(use_gaussian_derivatives=True)``, which lets a Gaussian of one pixel
    or less end after a hundred standard deviations: that took a seventh of a film's time.
    """
    derived = partial(gaussian_filter, sigma=scale / sqrt(2), mode="nearest", truncate=_TRUNCATE)
    along_x, along_y = derived(image, order=(1, 0)), derived(image, order=(0, 1))
    return [derived(along_x, order=(1, 0)), derived(along_x, order=(0, 1)), derived(along_y, order=(0, 1))]


def inner_lungs(labels: np.ndarray) -> np.ndarray:
    """Return the label map, shape (W, H), without the lungs' border; all of it where nothing else would be left."""
    inner = np.where(binary_erosion(labels > 0, iterations=_BORDER), labels, 0).astype(np.uint8)
    return inner if set(np.unique(inner)) == set(np.unique(labels)) else labels
