"""Mirroring that exchanges the right and the left lung in the label."""

from collections.abc import Hashable, Mapping
from typing import Any

import torch
from monai.config import KeysCollection
from monai.transforms import MapTransform, RandomizableTransform

__all__ = ["RandMirrorLungsd"]

_EXCHANGED = [0, 2, 1]


class RandMirrorLungsd(RandomizableTransform, MapTransform):
    """
    Dictionary-based random mirroring of a film: the lung on the left of the image stays the patient's right lung.

    Parameters
    ----------
    keys : str or sequence of str
        Images (C, W, H), among them the label.
    label_key : str
        Label (3, W, H): background, right lung, left lung.
    prob : float, optional
        Probability of mirroring.
    """

    def __init__(self, keys: KeysCollection, label_key: str, prob: float = 0.5) -> None:
        MapTransform.__init__(self, keys)
        RandomizableTransform.__init__(self, prob)
        self.label_key = label_key

    def __call__(self, data: Mapping[Hashable, torch.Tensor]) -> dict[Hashable, Any]:
        """Return the item, unchanged or mirrored."""
        self.randomize(None)
        item = dict(data)
        if self._do_transform:
            item |= {key: item[key].flip(1) for key in self.key_iterator(item)}
            item[self.label_key] = item[self.label_key][_EXCHANGED]
        return item
