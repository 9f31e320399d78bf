"""BMP films."""

import io
import struct
from pathlib import Path

from chestxr.io.decoded import DecodedImage, check_size
from chestxr.utils.errors import FilmError, broken_pixels

from .image import read_with_pillow

__all__ = ["read_bmp"]

# Header sizes; images with the first one are never compressed.
_OLD_HEADER, _HEADERS = 12, (12, 40, 52, 56, 64, 108, 124)
# Uncompressed RGB, and the same with bit masks for the colours.
_UNCOMPRESSED = (0, 3, 6)


def read_bmp(content: bytes, path: Path) -> DecodedImage:
    """
    Read an uncompressed BMP file of 1 to 32 bits: grey, palette or RGB.

    Raises
    ------
    FilmError
        If the file is truncated, broken, compressed or of an impossible size.
    """
    try:
        (header,) = struct.unpack_from("<I", content, 14)
        old = header == _OLD_HEADER
        columns, rows = struct.unpack_from("<HH" if old else "<ii", content, 18)
        compression = 0 if old else struct.unpack_from("<I", content, 30)[0]
    except struct.error as error:
        raise broken_pixels(path) from error
    if header not in _HEADERS or compression not in _UNCOMPRESSED:
        raise FilmError(path, "an unsupported BMP", "an uncompressed one", "save it without compression or as PNG")
    # A negative number of rows means that the first row is the top one.
    check_size(path, columns, abs(rows))
    return read_with_pillow(io.BytesIO(content), path)
