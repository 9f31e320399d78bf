"""TIFF films."""

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from chestxr.io.decoded import DecodedImage, check_size
from chestxr.io.orientation import reorient
from chestxr.utils.errors import FilmError, broken_pixels

from .image import decoded
from .tiff_consistency import check_tiff

__all__ = ["read_tiff"]

# TIFF 6.0, tag 274 (orientation), as the directions of rows and columns of a frontal film.
_TIFF_ORIENTATION = {
    1: ("L", "F"),
    2: ("R", "F"),
    3: ("R", "H"),
    4: ("L", "H"),
    5: ("F", "L"),
    6: ("F", "R"),
    7: ("H", "R"),
    8: ("H", "L"),
}
# The film, its thumbnails and masks; all pages are read.
_MOST_PAGES = 16


def read_tiff(content: bytes, path: Path) -> DecodedImage:
    """
    Read a TIFF file of one film, 8 or 16 bits, grey or colour, white-is-zero or black-is-zero, and apply its
    orientation tag. Pages marked as a thumbnail or a transparency mask are skipped.

    Raises
    ------
    FilmError
        If the file is truncated, broken, holds several films, has an impossible size, or fails :py:func:`check_tiff`.
    """
    try:
        with tifffile.TiffFile(io.BytesIO(content)) as tiff:
            page = _film_page(tiff, path)
            check_size(path, page.imagewidth, page.imagelength)
            check_tiff(page, path)
            pixels = decoded(path, page.asarray)
            palette = page.colormap
            inverted = page.photometric == tifffile.PHOTOMETRIC.MINISWHITE
            planar = page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and pixels.ndim == 3
            orientation = page.tags.valueof("Orientation", 1)
    except (tifffile.TiffFileError, IndexError, struct.error) as error:
        raise broken_pixels(path) from error
    if palette is not None:
        pixels = palette.T[pixels]
    if planar:
        pixels = np.moveaxis(pixels, 0, -1)
    if inverted:
        pixels = pixels.max() + pixels.min() - pixels if pixels.dtype.kind == "f" else np.invert(pixels)
    if pixels.dtype == bool:
        pixels = pixels.astype(np.uint8)
    pixels, reoriented = reorient(pixels, *_TIFF_ORIENTATION.get(orientation, ("L", "F")), path)
    return DecodedImage(pixels, inverted=inverted, reoriented=reoriented)


def _film_page(tiff: tifffile.TiffFile, path: Path) -> tifffile.TiffPage:
    """Return the one page that is neither a reduced copy nor a mask of another (TIFF 6.0, tags 254 and 255)."""
    pages: list[Any] = list(tiff.pages) if len(tiff.pages) <= _MOST_PAGES else []
    films = [page for page in pages if not (page.is_reduced or page.is_mask)] if len(pages) > 1 else pages
    if len(films) != 1:
        raise FilmError(path, f"{len(tiff.pages)} pages", "one film", "save each page as a file")
    return films[0]
