"""Inferer without the overhead of MetaTensor, batch normalisation and padding."""

from itertools import chain
from typing import Any

import torch
from monai.data import MetaTensor
from monai.inferers import SimpleInferer
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from chestxr.networks.fold_for_inference import fold_for_inference

__all__ = ["TensorInferer", "plain"]


class TensorInferer(SimpleInferer):
    """
    Run a network on plain tensors.

    :py:class:`monai.inferers.SimpleInferer` passes the :py:class:`monai.data.MetaTensor` of the transforms, which
    propagates metadata in every operation of the network. The result is the same; if metadata is needed, take it from
    the input, as :py:class:`monai.transforms.Invertd` does.

    In evaluation without gradients, a copy of the network runs that has its batch normalisation and padding folded into
    convolutions: the same output, but for rounding, in less time. Changed weights are folded again.

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
        self._weights: list[tuple[int, int]] = []
        self._folded: nn.Module | None = None

    def __call__(self, inputs: torch.Tensor, network: nn.Module, *args: Any, **kwargs: Any) -> torch.Tensor:
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
            return self._fastest(network)(plain(inputs)).float()

    def _fastest(self, network: nn.Module) -> nn.Module:
        """Return a network as it is in training, and folded in evaluation."""
        if network.training or torch.is_grad_enabled():
            return network
        if isinstance(network, DistributedDataParallel):
            network = network.module
        weights = [(tensor.data_ptr(), tensor._version) for tensor in chain(network.parameters(), network.buffers())]
        if self._folded is None or self._weights != weights:
            self._folded, self._weights = fold_for_inference(network), weights
        return self._folded


def plain(batch: torch.Tensor) -> torch.Tensor:
    """Return a batch without metadata, sharing its memory."""
    return batch.as_tensor() if isinstance(batch, MetaTensor) else batch
