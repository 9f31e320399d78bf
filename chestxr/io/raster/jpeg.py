"""JPEG films."""

import io
import struct
from pathlib import Path

import imagecodecs

from chestxr.io.codestream import has_many_scans, is_lossless_jpeg, jpeg_head
from chestxr.io.decoded import DecodedImage, check_size
from chestxr.utils.errors import FilmError, broken_pixels

from .image import decoded, read_with_pillow

__all__ = ["read_jpeg"]


def read_jpeg(content: bytes, path: Path) -> DecodedImage:
    """
    Read a JPEG file and apply its EXIF orientation; 12-bit and lossless files are read as stored.

    Raises
    ------
    FilmError
        If the file is truncated, broken, of an impossible size, or has too many scans.
    """
    if has_many_scans(content):
        found = "a JPEG image with too many scans"
        raise FilmError(path, found, "a film", "check the file's origin; it may be hostile")
    try:
        head = jpeg_head(content)
    except (struct.error, IndexError) as error:
        raise broken_pixels(path) from error
    if head is None or (head.bits == 8 and not is_lossless_jpeg(content)):
        return read_with_pillow(io.BytesIO(content), path)
    check_size(path, head.columns, head.rows)
    pixels = decoded(path, lambda: imagecodecs.jpeg_decode(content))
    if pixels.shape[:2] != (head.rows, head.columns):
        raise broken_pixels(path)
    return DecodedImage(pixels)
