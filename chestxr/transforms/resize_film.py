"""Resize to the input size of a network, with a bilinear inverse."""

from monai.transforms import Resized
from monai.transforms.utils import convert_applied_interp_mode

__all__ = ["ResizeFilmd"]


class ResizeFilmd(Resized):
    """
    Dictionary-based resize with area averaging, and with bilinear interpolation in the inverse.

    Area averaging avoids aliasing when a film is downsampled. :py:class:`monai.transforms.Resized` would invert with
    the same mode, which turns a probability map into blocks; the bilinear inverse is smooth.

    Parameters
    ----------
    keys : str or sequence of str
        Items to resize, MetaTensors of shape (C, W, H).
    spatial_size : sequence of int
        Output size (W, H) in pixels. The aspect ratio is not preserved.
    allow_missing_keys : bool, optional
        Skip keys that the item does not have.
    """

    def __init__(self, keys, spatial_size, allow_missing_keys: bool = False) -> None:
        super().__init__(keys, spatial_size=spatial_size, mode="area", allow_missing_keys=allow_missing_keys)

    def inverse(self, data):
        """Return the item at its original size, interpolated bilinearly."""
        restored = dict(data)
        for key in self.key_iterator(restored):
            item = restored[key]
            item.applied_operations = convert_applied_interp_mode(item.applied_operations, "bilinear", False)
        return super().inverse(restored)
