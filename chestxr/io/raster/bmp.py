"""BMP films."""

import io
import struct
from pathlib import Path

from chestxr.io.decoded import DecodedImage, check_size
from chestxr.utils.errors import FilmError, broken_pixels

from .image import read_with_pillow

__all__ = ["read_bmp"]

# The headers' sizes; the first one's images are never compressed.
_OLD_HEADER, _HEADERS = 12, (12, 40, 52, 56, 64, 108, 124)
# Rows of pixels as they are, and the same with masks for the colours' bits.
_UNCOMPRESSED = (0, 3, 6)


def read_bmp(content: bytes, path: Path) -> DecodedImage:
    """
    Read an uncompressed BMP file of 1 to 32 bits: grey, palette or RGB.

    Raises
    ------
    FilmError
        If the file is cut off, broken, compressed or of an impossible size.
    """
    try:
        (header,) = struct.unpack_from("<I", content, 14)
        old = header == _OLD_HEADER
        columns, rows = struct.unpack_from("<HH" if old else "<ii", content, 18)
        compression = 0 if old else struct.unpack_from("<I", content, 30)[0]
    except struct.error as error:
        raise broken_pixels(path) from error
    if header not in _HEADERS or compression not in _UNCOMPRESSED:
        raise FilmError(path, "a rare kind of BMP", "one without compression", "save it without compression or as PNG")
    # Rows are counted below zero where the first one is the uppermost.
    check_size(path, columns, abs(rows))
    return read_with_pillow(io.BytesIO(content), path)
