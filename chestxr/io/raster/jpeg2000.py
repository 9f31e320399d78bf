"""JPEG 2000 films outside DICOM."""

import struct
from pathlib import Path

import imagecodecs
import torch

from chestxr.io.codestream import jpeg_2000_head
from chestxr.io.decoded import DecodedImage, check_size
from chestxr.utils.errors import FilmError, broken_pixels

from .image import decoded

__all__ = ["read_jpeg_2000"]

_CHANNELS = (1, 3)


def read_jpeg_2000(content: bytes, path: Path) -> DecodedImage:
    """
    Read a JPEG 2000 file, a bare codestream or JP2: grey or RGB, up to 16 bits.

    Raises
    ------
    FilmError
        If the file is truncated, broken, of an impossible size, or neither grey nor RGB.
    """
    try:
        head = jpeg_2000_head(content)
    except (struct.error, IndexError) as error:
        raise broken_pixels(path) from error
    if head is None or head.channels not in _CHANNELS:
        raise FilmError(
            path,
            "a JPEG 2000 image that is neither grey nor RGB",
            "one or three channels of one size",
            "save it in grey",
        )
    check_size(path, head.columns, head.rows)
    pixels = decoded(path, lambda: imagecodecs.jpeg2k_decode(content, numthreads=torch.get_num_threads()))
    if pixels.shape[:2] != (head.rows, head.columns):
        raise broken_pixels(path)
    return DecodedImage(pixels)
