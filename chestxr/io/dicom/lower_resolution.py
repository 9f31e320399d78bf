"""Decode JPEG 2000 without its finest levels of resolution, which take most of the time."""

import io

import numpy as np
from PIL import Image

from chestxr.io.codestream import END, decomposition_levels, jpeg_2000_head

__all__ = ["decode_lower_resolution"]


def decode_lower_resolution(stream: bytes, least_side: int) -> np.ndarray | None:
    """
    Decode a grey film at the lowest of its resolutions that is large enough, and interpolate it to its size.

    Each level of JPEG 2000 has half of the rows and columns of the next one. Its values lie on every second row and
    column of that, starting with the first (ITU-T T.800, annex F), so the values between are interpolated linearly.

    Parameters
    ----------
    stream : bytes
        The codestream.
    least_side : int
        Least number of pixels of the shorter side.

    Returns
    -------
    numpy.ndarray or None, shape (rows, columns), uint8 or uint16
        The film; None if no lower resolution is large enough, or Pillow, which reads lower resolutions, does not read
        such streams: colour, signed values, more than 16 bits, or a stream that is cut off.
    """
    head = jpeg_2000_head(stream)
    if head is None or head.channels != 1 or head.bits > 16 or not stream.rstrip(b"\0").endswith(END):
        return None
    shape = (head.rows, head.columns)
    for levels in range(decomposition_levels(stream), 0, -1):
        if min(shape) >> levels >= least_side and (pixels := _without_levels(stream, levels)) is not None:
            # Pillow shifts values up to 8 or 16 bits.
            pixels = pixels >> pixels.itemsize * 8 - head.bits
            return _enlarged(pixels, shape, levels)
    return None


def _without_levels(stream: bytes, levels: int) -> np.ndarray | None:
    """Return the values at a lower resolution, None if Pillow cannot read it: two levels less of sides of 4 n + 1."""
    try:
        with Image.open(io.BytesIO(stream), formats=["JPEG2000"]) as picture:
            picture.reduce = levels  # type: ignore[method-assign, assignment]
            return np.asarray(picture) if picture.mode in ("L", "I;16") else None
    except OSError:
        return None


def _enlarged(pixels: np.ndarray, shape: tuple[int, int], levels: int) -> np.ndarray:
    for level in reversed(range(levels)):
        for axis, side in enumerate(shape):
            pixels = _doubled(pixels, -(-side >> level), axis)
    return pixels


def _doubled(pixels: np.ndarray, side: int, axis: int) -> np.ndarray:
    """Interpolate values between those along an axis, which are every second one of `side`, and repeat the last."""
    pixels = np.moveaxis(pixels, axis, 0)
    doubled = np.empty((side, *pixels.shape[1:]), pixels.dtype)
    doubled[::2] = pixels
    # Half of the sum without a carry beyond the type.
    between = (pixels[:-1] & pixels[1:]) + ((pixels[:-1] ^ pixels[1:]) >> 1)
    doubled[1::2][: len(between)] = between
    if side % 2 == 0:
        doubled[-1] = pixels[-1]
    return np.moveaxis(doubled, 0, axis)
