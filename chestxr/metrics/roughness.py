"""Roughness of the lungs' borders."""

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt

__all__ = ["LungRoughness", "roughness"]


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


class LungRoughness:
    """
    Compute the roughness of segmented lungs, in the form that :py:class:`monai.handlers.IgniteMetricHandler` calls.

    Parameters
    ----------
    radius : float, optional
        Radius of the disc, as a share of the film's longer side.
    """

    def __init__(self, radius: float = 0.02) -> None:
        self.radius = radius

    def __call__(self, pred: torch.Tensor, label: torch.Tensor | None = None) -> torch.Tensor:
        """
        Return the roughness of both lungs together, of the right and of the left lung.

        Parameters
        ----------
        pred : torch.Tensor, shape (B, 3, W, H)
            Masks of both lungs, the right and the left lung.
        label : torch.Tensor, optional
            Not used: MONAI passes the reference to every metric.

        Returns
        -------
        torch.Tensor, shape (B, 3)
            Shares of the area; NaN for lungs that were not found.
        """
        return torch.tensor([self._of_film(film) for film in pred.numpy(force=True) > 0.5])

    def _of_film(self, masks: np.ndarray) -> list[float]:
        right, left = (roughness(mask, self.radius * max(mask.shape)) for mask in masks[1:])
        areas = masks[1:].sum((1, 2))
        changed = np.nansum([right, left] * areas)
        return [float(changed / areas.sum()) if areas.any() else float("nan"), right, left]
