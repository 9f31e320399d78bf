"""PNG films."""

import io
from pathlib import Path

import imagecodecs

from chestxr.io.decoded import DecodedImage

from .image import decoded, read_with_pillow
from .png_chunks import open_png

__all__ = ["read_png"]

_PNG_COLOUR_TYPES = (2, 4, 6)


def read_png(content: bytes, path: Path) -> DecodedImage:
    """
    Read a PNG file of 1 to 16 bits: grey, grey + alpha, RGB, RGBA or palette.

    Raises
    ------
    FilmError
        If the file is truncated, broken, of an impossible size, or its number of pixels differs from its header.
    """
    content, depth, colour_type = open_png(content, path)
    if depth == 16 and colour_type in _PNG_COLOUR_TYPES:
        return DecodedImage(decoded(path, lambda: imagecodecs.png_decode(content)))
    return read_with_pillow(io.BytesIO(content), path)
