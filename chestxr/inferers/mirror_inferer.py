"""Inferer that averages the predictions for a film and its mirror image."""

from collections.abc import Sequence
from typing import Any

import torch

from .tensor_inferer import TensorInferer, plain

__all__ = ["MirrorInferer"]

_LEFT_TO_RIGHT = 2


class MirrorInferer(TensorInferer):
    """
    Run a network on films and their mirror images, and average its output.

    For networks that were trained with mirroring. :py:class:`monai.data.TestTimeAugmentation` is for random transforms
    and reads each film again for every one.

    Parameters
    ----------
    exchanged : sequence of int or None, optional
        Order of the output's channels for a mirror image, if classes have a side, such as the right and the left lung.
    """

    def __init__(self, exchanged: Sequence[int] | None = None) -> None:
        super().__init__()
        self.exchanged = exchanged

    def __call__(self, inputs: torch.Tensor, network: torch.nn.Module, *args: Any, **kwargs: Any) -> torch.Tensor:
        """
        Parameters
        ----------
        inputs : torch.Tensor, shape (B, C, W, H)
            A batch.
        network : torch.nn.Module
            The network.
        *args, **kwargs
            Not used.

        Returns
        -------
        torch.Tensor
            Mean of the network's output, in the orientation of `inputs`.
        """
        inputs = plain(inputs)
        both = torch.cat([inputs, inputs.flip(_LEFT_TO_RIGHT)])
        as_given, mirrored = super().__call__(both, network).chunk(2)
        if self.exchanged is not None:
            mirrored = mirrored[:, list(self.exchanged)]
        return (as_given + mirrored.flip(_LEFT_TO_RIGHT)) / 2
