"""Inferer without the overhead of MetaTensor."""

from typing import Any

import torch
from monai.data import MetaTensor
from monai.inferers import SimpleInferer

__all__ = ["TensorInferer", "plain"]


class TensorInferer(SimpleInferer):
    """
    Run a network on plain tensors.

    :py:class:`monai.inferers.SimpleInferer` passes the :py:class:`monai.data.MetaTensor` of the transforms, which
    propagates metadata in every operation of the network. The result is the same; if metadata is needed, take it from
    the input, as :py:class:`monai.transforms.Invertd` does.

    Only the batch is passed to the network: MONAI Deploy adds every other tensor of an item as a keyword argument.

    Parameters
    ----------
    bfloat16 : bool, optional
        Run the network in mixed precision with bfloat16, on any device. MONAI's engines have mixed precision for CUDA
        only; on CPUs with AMX, a step of training takes six tenths of the time.
    """

    def __init__(self, bfloat16: bool = False) -> None:
        super().__init__()
        self.bfloat16 = bfloat16

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
            The network's output, float32.
        """
        with torch.autocast(inputs.device.type, torch.bfloat16, enabled=self.bfloat16):
            return network(plain(inputs)).float()


def plain(batch: torch.Tensor) -> torch.Tensor:
    """Return a batch without metadata, sharing its memory."""
    return batch.as_tensor() if isinstance(batch, MetaTensor) else batch
