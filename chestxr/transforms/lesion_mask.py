"""Mask of the lesions from their boxes."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import torch
from monai.apps.detection.transforms.box_ops import convert_box_to_mask
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_dst_type

__all__ = ["LesionMaskd"]


class LesionMaskd(MapTransform):
    """
    Dictionary-based mask of the lesions, drawn from their boxes on the film's grid.

    Parameters
    ----------
    keys : str
        Boxes, each [left, top, right, bottom] in pixels of the film. They become a tensor of shape (N, 4); an item
        without the key has no lesion.
    image_key : str
        The film, at its original size.
    mask_key : str
        Key of the mask (1, W, H), float32, which has the film's metadata.
    ellipse : bool, optional
        Draw the ellipse that fits into a box, not the whole box: lesions are round, and corners are mostly healthy.

    Raises
    ------
    ValueError
        If a box is not on the film.
    """

    backend = [TransformBackends.TORCH]

    def __init__(self, keys: str, image_key: str, mask_key: str, ellipse: bool = False) -> None:
        super().__init__(keys)
        self.image_key = image_key
        self.mask_key = mask_key
        self.ellipse = ellipse

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with boxes and mask."""
        film, (key,) = data[self.image_key], self.keys
        boxes = np.asarray(data.get(key, ()), dtype=np.float32).reshape(-1, 4)
        mask = convert_to_dst_type(self._mask(boxes, tuple(film.shape[1:])), film, dtype=torch.float32)[0]
        return dict(data) | {key: torch.from_numpy(boxes), self.mask_key: mask}

    def _mask(self, boxes: np.ndarray, size: tuple[int, ...]) -> torch.Tensor:
        corners = np.concatenate([np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])], axis=1)
        if (corners < 0).any() or (corners[:, 2:] > size).any() or (corners[:, 2:] <= corners[:, :2]).any():
            raise ValueError(
                f"found a box outside a film of {size[0]} x {size[1]} pixels; expected left, top, right, bottom in "
                "pixels of the film; correct the boxes"
            )
        labels = torch.ones(len(corners), dtype=torch.int)
        masks = convert_box_to_mask(torch.from_numpy(corners), labels, size, bg_label=0, ellipse_mask=self.ellipse)
        return torch.as_tensor(masks).amax(dim=0, keepdim=True)
