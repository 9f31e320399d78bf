"""Losses that candidates were trained with."""

from collections.abc import Callable

import torch
from torch import nn

__all__ = ["StackedSupervision", "WithBoundary"]

_Loss = Callable[..., torch.Tensor]


class StackedSupervision(nn.Module):
    """
    Apply a deep supervision loss to the output of MONAI's DynUNet, which stacks its heads in one tensor.

    Parameters
    ----------
    loss : callable
        :py:class:`monai.losses.DeepSupervisionLoss`.
    """

    def __init__(self, loss: _Loss) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, logits: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """Return the loss of logits (B, heads, C, W, H) in training, or (B, C, W, H) in validation."""
        return self.loss(list(logits.unbind(1)) if logits.ndim == 5 else logits, label)


class WithBoundary(nn.Module):
    """
    Add a weighted loss on the distance of contours to another one.

    Parameters
    ----------
    loss, boundary : callable
        The two losses.
    weight : float
        Factor of `boundary`.
    """

    def __init__(self, loss: _Loss, boundary: _Loss, weight: float) -> None:
        super().__init__()
        self.loss, self.boundary, self.weight = loss, boundary, weight

    def forward(self, logits: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """Return the sum."""
        return self.loss(logits, label) + self.weight * self.boundary(logits, label)
