"""Roughness of the segmented lungs' borders."""

import numpy as np
import torch

from chestxr.metrics.roughness import roughness

__all__ = ["LungRoughness"]


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
