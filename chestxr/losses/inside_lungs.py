"""A loss that only pixels inside the lungs contribute to."""

from collections.abc import Callable

import torch
from torch import nn

__all__ = ["InsideLungs"]

# Sigmoid of it is 0 and its cross-entropy with 0 is 0, to float32 precision.
_CERTAINLY_NOT = -30.0


class InsideLungs(nn.Module):
    """
    Restrict a loss on logits of one class to the lungs.

    Outside the lungs, the logits are replaced by certain background and the target by 0, which adds nothing to
    cross-entropy and Dice. (:py:class:`monai.losses.MaskedLoss` multiplies by the mask, which makes logits 0, that is
    probability 0.5.)

    Parameters
    ----------
    loss : callable
        Loss on logits and target, both of shape (B, 1, W, H), such as ``monai.losses.DiceCELoss(sigmoid=True)``.
    """

    def __init__(self, loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, logits: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """
        Return the loss.

        Parameters
        ----------
        logits : torch.Tensor, shape (B, 1, W, H)
            The network's output.
        label : torch.Tensor, shape (B, 2, W, H)
            Target, 0 to 1, and mask of the lungs.
        """
        target, lungs = label[:, :1], label[:, 1:] > 0.5
        return self.loss(logits.where(lungs, _CERTAINLY_NOT), target.where(lungs, 0.0))
