"""Apply a trained network to an item inside a transform chain."""

from collections.abc import Hashable, Mapping
from os import PathLike
from typing import Any

import torch
from monai.config import KeysCollection, NdarrayOrTensor
from monai.inferers import Inferer
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_dst_type, convert_to_tensor
from torch import nn

from chestxr.inferers import TensorInferer
from chestxr.networks.weights import load_weights

__all__ = ["ApplyNetworkd"]


class ApplyNetworkd(MapTransform):
    """
    Dictionary-based application of a trained network, for a result that later transforms need.

    The output keeps the metadata of the input, so :py:class:`monai.transforms.Invertd` restores it like a prediction.

    Parameters
    ----------
    keys : str or sequence of str
        Inputs, shape (C, W, H), scaled and resized as the network expects them. Replaced by the output.
    network : torch.nn.Module
        The network. It runs on the CPU.
    checkpoint : str or os.PathLike
        State dictionary of the network, as written by ``torch.save``.
    inferer : monai.inferers.Inferer, optional
        Inferer that runs the network on a batch of one; :py:class:`chestxr.inferers.TensorInferer` by default.

    Raises
    ------
    FileNotFoundError
        If the checkpoint does not exist.
    ValueError
        If the checkpoint contains no weights, or those of another network.
    """

    backend = [TransformBackends.TORCH]

    def __init__(
        self,
        keys: KeysCollection,
        network: nn.Module,
        checkpoint: str | PathLike,
        inferer: Inferer | None = None,
    ) -> None:
        super().__init__(keys)
        self.inferer = inferer or TensorInferer()
        load_weights(network, checkpoint)
        self.network = network.cpu().eval()

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, Any]:
        """Return the item with the network's output, float32."""
        applied = dict(data)
        for key in self.key_iterator(applied):
            batch = convert_to_tensor(applied[key], dtype=torch.float32, track_meta=False).cpu()[None]
            with torch.inference_mode():
                output = self.inferer(batch, self.network)[0].clone()
            applied[key] = convert_to_dst_type(output, applied[key], dtype=torch.float32)[0]
        return applied
