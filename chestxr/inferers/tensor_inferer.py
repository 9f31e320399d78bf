"""Run a network by torch, without what a film's metadata cost."""

from typing import Any

import torch
from monai.data import MetaTensor
from monai.inferers import SimpleInferer

__all__ = ["TensorInferer", "plain"]


class TensorInferer(SimpleInferer):
    """
    Run a network on plain tensors.

    :py:class:`monai.inferers.SimpleInferer` hands it the :py:class:`monai.data.MetaTensor` that the transforms made,
    which looks after the metadata at every operation of the network. The result is the same; whoever needs the film's
    metadata with it takes them from the film, as :py:class:`monai.transforms.Invertd` does.

    The network gets the batch and nothing else: MONAI Deploy hands over every other tensor of an item as a keyword.
    """

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
            What the network gives.
        """
        return network(plain(inputs))


def plain(batch: torch.Tensor) -> torch.Tensor:
    """Return a batch without metadata, sharing its memory."""
    return batch.as_tensor() if isinstance(batch, MetaTensor) else batch
