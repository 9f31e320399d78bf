"""The axes of a film and of its mask, whichever program hands the film over and takes the mask."""

from collections.abc import Hashable, Mapping
from typing import Any

import torch
from monai.config import KeysCollection
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_tensor

__all__ = ["EnsureFilmAxesd", "MaskAsSliced"]


class EnsureFilmAxesd(MapTransform):
    """
    Dictionary-based change of a film's axes to (1, W, H).

    ``LoadImaged`` gives these already. MONAI Deploy leaves it out and hands a film over as an array (W, H, 1), one
    slice without a channel; other callers as (W, H).

    Parameters
    ----------
    keys : str or sequence of str
        The films: torch tensors of shape (1, W, H), (W, H), (W, H, 1) or (1, W, H, 1).
    allow_missing_keys : bool, optional
        Skip items that a film does not have.

    Raises
    ------
    ValueError
        If a film has other axes.
    """

    backend = [TransformBackends.TORCH]

    def __init__(self, keys: KeysCollection, allow_missing_keys: bool = False) -> None:
        super().__init__(keys, allow_missing_keys)

    def __call__(self, data: Mapping[Hashable, torch.Tensor]) -> dict[Hashable, torch.Tensor]:
        """Return the item with its films as (1, W, H)."""
        return dict(data) | {
            key: _as_channel(convert_to_tensor(data[key], track_meta=True)) for key in self.key_iterator(dict(data))
        }


def _as_channel(film: torch.Tensor) -> torch.Tensor:
    if film.ndim == 3 and film.shape[0] == 1:
        return film
    sides = [side for side in film.shape if side != 1]
    if len(sides) != 2 or film.ndim > 4:
        raise ValueError(
            f"found a film of shape {tuple(film.shape)}; expected one slice of one channel: (1, W, H), (W, H) or "
            "(W, H, 1); take a slice, or convert colours to grey"
        )
    return film.reshape(1, *sides)


class MaskAsSliced(MapTransform):
    """
    Dictionary-based change of a mask from (1, W, H) to a volume of one slice, (1, W, H, 1).

    MONAI Label and MONAI Deploy write masks as volumes. Given two axes, MONAI Label's writer takes the channel for one
    of them, or leaves the spacing out.

    Parameters
    ----------
    keys : str or sequence of str
        The masks.
    image_key : str, optional
        The film; its ``spatial_shape``, with which MONAI Label compares the mask, gets the third axis as well.
    allow_missing_keys : bool, optional
        Skip items that a film does not have.
    """

    backend = [TransformBackends.TORCH]

    def __init__(self, keys: KeysCollection, image_key: str = "image", allow_missing_keys: bool = False) -> None:
        super().__init__(keys, allow_missing_keys)
        self.image_key = image_key

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with its masks as slices."""
        sliced = dict(data)
        for key in self.key_iterator(sliced):
            mask = sliced[key][..., None]
            sliced[key] = mask
            sliced[self.image_key].meta["spatial_shape"] = mask.shape[1:]
        return sliced
