"""Small perturbations of a film and its mask, for testing the stability of features."""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion, gaussian_filter, rotate, shift

__all__ = ["PERTURBATIONS"]

# Step size as a fraction of lung width, about inter-reader variability.
_STEP = 0.015
_DEGREES = 3.0
_GAMMA = 1.25


def _eroded(film: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    kept = [binary_erosion(labels == lung, iterations=_pixels(labels)) for lung in (1, 2)]
    return film, _joined(kept)


def _dilated(film: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    grown = [binary_dilation(labels == lung, iterations=_pixels(labels)) for lung in (1, 2)]
    return film, np.where(labels > 0, labels, _joined(grown))


def _shifted(film: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return film, shift(labels, (_pixels(labels), _pixels(labels)), order=0)


def _rotated(film: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    turned = rotate(film, _DEGREES, reshape=False, order=1, mode="nearest")
    return turned, rotate(labels, _DEGREES, reshape=False, order=0)


def _darkened(film: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = film.min(), film.max()
    return low + (high - low) * ((film - low) / max(high - low, 1e-6)) ** _GAMMA, labels


def _blurred(film: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return gaussian_filter(film, _pixels(labels) / 4), labels


def _pixels(labels: np.ndarray) -> int:
    occupied = np.flatnonzero((labels > 0).any(axis=1))
    return max(1, round(_STEP * (occupied[-1] - occupied[0])))


def _joined(lungs: list[np.ndarray]) -> np.ndarray:
    return np.where(lungs[0], 1, np.where(lungs[1], 2, 0)).astype(np.uint8)


# Each takes a film (W, H) and its label map (W, H), and returns both. "eroded", "dilated" and "shifted" move the border
# of the mask by 1.5% of the lungs' width; "rotated" rotates film and mask by 3 degrees; "darkened" applies a gamma of
# 1.25; "blurred" applies a Gaussian with a sigma of a quarter step, like a detector of lower resolution.
PERTURBATIONS: dict[str, Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]] = {
    "eroded": _eroded,
    "dilated": _dilated,
    "shifted": _shifted,
    "rotated": _rotated,
    "darkened": _darkened,
    "blurred": _blurred,
}
