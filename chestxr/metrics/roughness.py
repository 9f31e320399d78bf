"""Roughness of a mask's border."""

import numpy as np
from scipy.ndimage import distance_transform_edt

__all__ = ["roughness"]


def roughness(mask: np.ndarray, radius: float) -> float:
    """
    Compute the share of a mask's area that morphological closing adds.

    A disc of this radius rolls along the outside of the border. Notches and bays that are narrower than the disc count.
    Those of a lung, at the heart and the diaphragm, are wider, and its corners point outwards: outlines that readers
    have drawn have next to none.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (W, H)
        One lung.
    radius : float
        Radius of the disc in pixels.

    Returns
    -------
    float
        0 for a smooth border; NaN for an empty mask.

    Examples
    --------
    >>> smooth = np.ones((40, 40), bool)
    >>> notched = smooth.copy()
    >>> notched[:20, 19:21] = False
    >>> print(f"{roughness(smooth, 4):.3f} {roughness(notched, 4):.3f}")
    0.000 0.024
    """
    if not mask.any():
        return float("nan")
    (left, right), (top, bottom) = ((found.min(), found.max() + 1) for found in np.nonzero(mask))
    mask = np.pad(mask[left:right, top:bottom], int(radius) + 2)
    closed = ~_dilated(~_dilated(mask, radius), radius)
    return float((closed & ~mask).sum() / mask.sum())


def _dilated(mask: np.ndarray, radius: float) -> np.ndarray:
    return distance_transform_edt(~mask) <= radius
