"""Conversion of axes between MONAI, MONAI Label and MONAI Deploy."""

from collections.abc import Hashable, Mapping
from typing import Any

import torch
from monai.config import KeysCollection
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_tensor

__all__ = ["EnsureFilmAxesd", "MaskAsSliced"]


class EnsureFilmAxesd(MapTransform):
    """
    Dictionary-based conversion of a film's axes to (1, W, H).

    ``LoadImaged`` returns these axes. MONAI Deploy skips ``LoadImaged`` and passes an array (W, H, 1), one slice
    without a channel; other callers pass (W, H).

    Parameters
    ----------
    keys : str or sequence of str
        Films, arrays or tensors of shape (1, W, H), (W, H), (W, H, 1) or (1, W, H, 1).
    allow_missing_keys : bool, optional
        Skip keys that the item does not have.

    Raises
    ------
    ValueError
        If a film has another shape.
    """

    backend = [TransformBackends.TORCH]

    def __init__(self, keys: KeysCollection, allow_missing_keys: bool = False) -> None:
        super().__init__(keys, allow_missing_keys)

    def __call__(self, data: Mapping[Hashable, torch.Tensor]) -> dict[Hashable, torch.Tensor]:
        """Return the item with its films as MetaTensors of shape (1, W, H)."""
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
    Dictionary-based conversion of a mask (1, W, H) to a volume of one slice, (1, W, H, 1).

    MONAI Label and MONAI Deploy write masks as volumes. With two spatial axes, MONAI Label's writer interprets the
    channel as an axis, or omits the spacing.

    Parameters
    ----------
    keys : str or sequence of str
        Masks, MetaTensors of shape (1, W, H).
    image_key : str, optional
        Key of the film. MONAI Label compares the mask with the film's ``spatial_shape``, so it gets the third axis too.
    allow_missing_keys : bool, optional
        Skip keys that the item does not have.
    """

    backend = [TransformBackends.TORCH]

    def __init__(self, keys: KeysCollection, image_key: str = "image", allow_missing_keys: bool = False) -> None:
        super().__init__(keys, allow_missing_keys)
        self.image_key = image_key

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with its masks as volumes of one slice."""
        sliced = dict(data)
        for key in self.key_iterator(sliced):
            mask = sliced[key][..., None]
            sliced[key] = mask
            sliced[self.image_key].meta["spatial_shape"] = mask.shape[1:]
        return sliced
