"""Roughness of a mask's border."""

import numpy as np
from scipy.ndimage import distance_transform_edt

__all__ = ["roughness"]


def roughness(mask: np.ndarray, radius: float) -> float:
    """
    Compute the share of a mask's area that morphological closing and opening change.

    A disc of this radius rolls along a smooth border from both sides. Notches, bays and spikes that are narrower than
    the disc count; a lung's curves are wider.

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
    >>> roughness(smooth, 4) < 0.01 < roughness(notched, 4)
    True
    """
    if not mask.any():
        return float("nan")
    (left, right), (top, bottom) = ((found.min(), found.max() + 1) for found in np.nonzero(mask))
    mask = np.pad(mask[left:right, top:bottom], int(radius) + 2)
    closed = _dilated(~_dilated(mask, radius), radius)
    opened = _dilated(~_dilated(closed, radius), radius)
    return float((opened ^ mask).sum() / mask.sum())


def _dilated(mask: np.ndarray, radius: float) -> np.ndarray:
    return distance_transform_edt(~mask) <= radius
