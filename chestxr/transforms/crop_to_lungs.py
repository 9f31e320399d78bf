"""Crop a film to its lungs."""

import torch
from monai.config import KeysCollection
from monai.transforms import CropForegroundd

__all__ = ["CropToLungsd"]


class CropToLungsd(CropForegroundd):
    """
    Dictionary-based crop to the bounding box of the lungs; a film without lungs is not cropped.

    Parameters
    ----------
    keys : str or sequence of str
        Items to crop, shape (C, W, H); all of the same size.
    lungs_key : str
        Label map of the lungs, 0 for background.
    margin : int, optional
        Pixels to keep around the lungs, as far as the film has them.
    allow_missing_keys : bool, optional
        Skip keys that the item does not have.
    """

    def __init__(self, keys: KeysCollection, lungs_key: str, margin: int = 0, allow_missing_keys: bool = False) -> None:
        super().__init__(
            keys,
            source_key=lungs_key,
            select_fn=_lungs_or_all,
            margin=margin,
            allow_smaller=True,
            allow_missing_keys=allow_missing_keys,
        )


def _lungs_or_all(labels: torch.Tensor) -> torch.Tensor:
    lungs = labels > 0
    return lungs if lungs.any() else torch.ones_like(lungs)
