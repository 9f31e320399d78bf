"""Conversion of label maps or class probabilities to one channel per evaluated structure."""

from collections.abc import Hashable, Mapping

import torch
from monai.config import KeysCollection, NdarrayOrTensor
from monai.transforms import MapTransform, Transform
from monai.utils import TransformBackends

__all__ = ["LungChannels", "LungChannelsd"]


class LungChannels(Transform):
    """
    Convert lungs to three channels: both lungs, right lung, left lung.

    A label map (1, W, H) with 0 background, 1 right lung, 2 left lung becomes binary channels. Class probabilities
    (3, W, H) become the probability of each structure; that of both lungs is the sum over the two lungs.
    """

    backend = [TransformBackends.TORCH]

    def __call__(self, lungs: NdarrayOrTensor) -> torch.Tensor:
        """
        Return the three channels.

        Parameters
        ----------
        lungs : torch.Tensor or numpy.ndarray, shape (1, W, H) or (3, W, H)
            Label map, or the probabilities of background, right lung and left lung.

        Returns
        -------
        torch.Tensor, shape (3, W, H), float32
            Both lungs, right lung, left lung.

        Raises
        ------
        ValueError
            If the number of channels is neither 1 nor 3.
        """
        lungs = torch.as_tensor(lungs)
        if lungs.shape[0] == 1:
            right, left = (lungs[0] == 1).float(), (lungs[0] == 2).float()
        elif lungs.shape[0] == 3:
            right, left = lungs[1], lungs[2]
        else:
            raise ValueError(
                f"LungChannels expects a label map (1 channel) or probabilities (3), found {lungs.shape[0]} channels."
            )
        return torch.stack([right + left, right, left])


class LungChannelsd(MapTransform):
    """
    Dictionary-based version of :py:class:`LungChannels`.

    Parameters
    ----------
    keys : str or sequence of str
        Items to convert.
    allow_missing_keys : bool, optional
        Skip keys that the item does not have.
    """

    backend = LungChannels.backend

    def __init__(self, keys: KeysCollection, allow_missing_keys: bool = False) -> None:
        super().__init__(keys, allow_missing_keys)
        self.converter = LungChannels()

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, NdarrayOrTensor]:
        """Return the item with both lungs, right lung and left lung as channels."""
        converted = dict(data)
        for key in self.key_iterator(converted):
            converted[key] = self.converter(converted[key])
        return converted
