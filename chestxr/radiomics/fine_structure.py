"""Fine structure of the lungs: eigenvalues of the Hessian at small scales."""

from collections.abc import Sequence
from functools import cache, partial
from math import sqrt
from pathlib import Path

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter1d
from scipy.sparse import csr_matrix
from skimage.feature import hessian_matrix_eigvals

__all__ = ["FINE_SETTINGS", "curvature_images", "inner_lungs"]

FINE_SETTINGS = Path(__file__).parent / "fine_settings.yaml"
# Pixels of the fine frame to erode: next to the border of the lungs, its curvature exceeds any inside.
_BORDER = 4
# Beyond this range of normalised intensities are bone, letters and the edge of the film.
_RANGE = (-0.5, 1.5)
# Truncation of the Gaussian in standard deviations; the rest is below double precision.
_TRUNCATE = 8


def curvature_images(film: np.ndarray, scales: Sequence[float]) -> dict[str, np.ndarray]:
    """
    Compute the eigenvalues of the Hessian at several scales.

    Vessels, scars and cavity walls are lines, nodules are blobs: bright ones have a strongly negative lower eigenvalue,
    dark ones a strongly positive higher eigenvalue (Frangi et al. 1998, doi 10.1007/BFb0056195). The eigenvalues are
    multiplied by the squared scale, so that scales are comparable (Lindeberg 1998, doi 10.1023/A:1008045108935).

    Parameters
    ----------
    film : numpy.ndarray, shape (W, H)
        Intensities, 0 and 1 at the lungs' lower and upper percentile, as in :py:class:`LungFrame`.
    scales : sequence of float
        Standard deviations of the Gaussian, in pixels.

    Returns
    -------
    dict of str to numpy.ndarray, shape (W, H), float64
        The higher and the lower eigenvalue, ``hessian-<scale>px-high`` and ``hessian-<scale>px-low``.
    """
    clipped = np.clip(film, *_RANGE).astype(np.float64)
    images: dict[str, np.ndarray] = {}
    for scale in scales:
        high, low = scale**2 * hessian_matrix_eigvals(_hessian(clipped, scale))
        images |= {f"hessian-{scale:g}px-high": high, f"hessian-{scale:g}px-low": low}
    return images


def _hessian(image: np.ndarray, scale: float) -> list[np.ndarray]:
    """
    Return the second derivatives xx, xy and yy, by two passes of Gaussian derivatives whose variances add up.

    The values equal those of ``skimage.feature.hessian_matrix(use_gaussian_derivatives=True)``, which truncates a
    Gaussian of one pixel or less at a hundred standard deviations, and filters along each axis for each derivative.
    """
    (width, height), sigma = image.shape, scale / sqrt(2)
    # Orders of the derivatives along x and along y, in either pass.
    passes = (((1, 1), (0, 0)), ((1, 0), (0, 1)), ((0, 0), (1, 1)))
    return [(_two_passes(height, sigma, *y) @ (_two_passes(width, sigma, *x) @ image).T).T for x, y in passes]


@cache
def _two_passes(side: int, sigma: float, first: int, second: int) -> csr_matrix:
    """Return two passes of a Gaussian filter along an axis as a matrix: it takes two thirds of their time."""
    filtered = partial(gaussian_filter1d, sigma=sigma, axis=0, mode="nearest", truncate=_TRUNCATE)
    return csr_matrix(filtered(filtered(np.eye(side), order=first), order=second))


def inner_lungs(labels: np.ndarray) -> np.ndarray:
    """Return the label map (W, H) with eroded lungs, uint8; unchanged if erosion would remove a lung."""
    inner = np.where(binary_erosion(labels > 0, iterations=_BORDER), labels, 0).astype(np.uint8)
    return inner if set(np.unique(inner)) == set(np.unique(labels)) else labels
