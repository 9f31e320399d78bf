"""Probabilities to a label map."""

import torch
from monai.config import KeysCollection
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_dst_type, convert_to_tensor

__all__ = ["ArgMaxd"]


class ArgMaxd(MapTransform):
    """
    Dictionary-based choice of the most probable class, the first of equals.

    Gives what :py:class:`monai.transforms.AsDiscreted` gives with ``argmax``, as 8-bit labels: torch's ``argmax`` over
    the first axis takes sixty times as long on a CPU as its ``max``, which finds the same place.

    Parameters
    ----------
    keys : str or sequence of str
        Items (C, W, H), as torch tensors.
    allow_missing_keys : bool, optional
        Pass over items that a film does not have.
    """

    backend = [TransformBackends.TORCH]

    def __init__(self, keys: KeysCollection, allow_missing_keys: bool = False) -> None:
        super().__init__(keys, allow_missing_keys)

    def __call__(self, data):
        """Return the item with label maps (1, W, H), uint8, that keep the probabilities' metadata."""
        found = dict(data)
        for key in self.key_iterator(found):
            probability = convert_to_tensor(found[key], track_meta=False)
            labels = probability.max(dim=0, keepdim=True).indices
            found[key] = convert_to_dst_type(labels, found[key], dtype=torch.uint8)[0]
        return found
