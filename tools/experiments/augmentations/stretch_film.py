"""Resample a film to another aspect ratio, as if it had been stored so."""

from collections.abc import Sequence

from monai.config import KeysCollection
from monai.data import MetaTensor
from monai.transforms import MapTransform, Resize
from monai.utils import ensure_tuple_rep

__all__ = ["StretchFilmd"]


class StretchFilmd(MapTransform):
    """
    Dictionary-based change of a film's size and aspect ratio that is not inverted later.

    Collections are often squashed to squares. Stretched back to its published size, a film with its mask replaces
    the original: later transforms restore results to the stretched size, not to the stored one.

    Parameters
    ----------
    keys : str or sequence of str
        Items to stretch: (1, W, H) MetaTensors.
    spatial_size : sequence of int
        Target size (W, H) in pixels.
    mode : str or sequence of str, optional
        Interpolation, for all items or for each: "bilinear" for films, "nearest-exact" for label maps.
    allow_missing_keys : bool, optional
        Skip items that a film does not have.
    """

    backend = Resize.backend

    def __init__(
        self,
        keys: KeysCollection,
        spatial_size: Sequence[int],
        mode: str | Sequence[str] = "bilinear",
        allow_missing_keys: bool = False,
    ) -> None:
        super().__init__(keys, allow_missing_keys)
        self.spatial_size = tuple(spatial_size)
        self.mode = ensure_tuple_rep(mode, len(self.keys))
        self._resize = Resize(self.spatial_size)

    def __call__(self, data: dict) -> dict:
        """Return the items at the target size; their affine is adapted, their spacing in mm becomes unknown."""
        stretched = dict(data)
        for key, mode in self.key_iterator(stretched, self.mode):
            item: MetaTensor = self._resize(stretched[key], mode=mode)
            item.applied_operations = []
            item.meta["spatial_shape"] = self.spatial_size
            item.meta["pixel_spacing_mm"] = item.meta["pixel_spacing_mm"] * float("nan")
            stretched[key] = item
        return stretched
