"""Shared functions of the raster image readers."""

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from chestxr.io.decoded import DecodedImage, check_size
from chestxr.utils.errors import broken_pixels

__all__ = ["decoded", "read_with_pillow"]


def read_with_pillow(source: io.BytesIO, path: Path) -> DecodedImage:
    """
    Read an image with Pillow, apply its EXIF orientation and convert palette, CMYK and YCbCr to RGB.

    Raises
    ------
    FilmError
        If the file is truncated, broken or of an impossible size.
    """
    try:
        image = Image.open(source)
    except (Image.DecompressionBombError, UnidentifiedImageError, OSError, SyntaxError) as error:
        raise broken_pixels(path) from error
    with image:
        check_size(path, *image.size)
        upright = decoded(path, lambda: ImageOps.exif_transpose(image))
        if upright.mode in ("P", "CMYK", "YCbCr"):
            upright = upright.convert("RGB")
        elif upright.mode == "1":
            upright = upright.convert("L")
        return DecodedImage(np.array(upright))


def decoded(path: Path, decode: Callable[[], Any]) -> Any:
    """
    Return the result of a decoder.

    Raises
    ------
    FilmError
        If the decoder fails.
    """
    try:
        return decode()
    except (OSError, ValueError, RuntimeError, SyntaxError, struct.error) as error:
        raise broken_pixels(path) from error
