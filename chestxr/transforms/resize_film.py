"""Bring a film to the network's size, and a result back to the film's own."""

from monai.transforms import Resized
from monai.transforms.utils import convert_applied_interp_mode

__all__ = ["ResizeFilmd"]


class ResizeFilmd(Resized):
    """
    Dictionary-based resize of a film that shrinks by area and comes back bilinearly.

    Averaging by area keeps every pixel's share on the way down, without aliasing. Inverted with the same mode (what
    :py:class:`monai.transforms.Resized` does) a map of probabilities would come back in blocks; here it comes back
    smooth.

    Parameters
    ----------
    keys : str or sequence of str
        Items to resize: (C, W, H) MetaTensors.
    spatial_size : sequence of int
        Size (W, H) in pixels to resize to. The film's aspect is not kept.
    allow_missing_keys : bool, optional
        Pass over items that a film does not have.
    """

    def __init__(self, keys, spatial_size, allow_missing_keys: bool = False) -> None:
        super().__init__(keys, spatial_size=spatial_size, mode="area", allow_missing_keys=allow_missing_keys)

    def inverse(self, data):
        """Return the items at the film's own size, interpolated bilinearly."""
        restored = dict(data)
        for key in self.key_iterator(restored):
            item = restored[key]
            item.applied_operations = convert_applied_interp_mode(item.applied_operations, "bilinear", False)
        return super().inverse(restored)
