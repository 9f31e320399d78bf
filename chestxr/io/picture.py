"""PNG, JPEG and TIFF films."""

import io
import struct
from pathlib import Path

import imagecodecs
import numpy as np
import tifffile
from PIL import Image, ImageOps, UnidentifiedImageError

from .codestream import has_many_scans, is_lossless_jpeg, jpeg_head
from .errors import FilmError
from .orientation import turn_upright
from .png_chunks import open_png
from .stored_film import StoredFilm, check_bytes, check_size
from .tiff_claims import check_tiff

__all__ = ["read_jpeg", "read_png", "read_tiff"]

_PNG_COLOUR_TYPES = (2, 4, 6)
# TIFF 6.0, tag 274: where the first row and the first column of the picture are shown, as directions of a frontal film.
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


def read_png(path: Path) -> StoredFilm:
    """
    Read a PNG file of 1 to 16 bits: grey, grey + alpha, RGB, RGBA or palette.

    Raises
    ------
    FilmError
        If the file is cut off, broken, of an impossible size, or holds another number of pixels than it says.
    """
    content, depth, colour_type = open_png(path)
    if depth == 16 and colour_type in _PNG_COLOUR_TYPES:
        return StoredFilm(_decode(path, lambda: imagecodecs.png_decode(content)))
    return _read_with_pillow(io.BytesIO(content), path)


def read_jpeg(path: Path) -> StoredFilm:
    """
    Read a JPEG file, turned as its EXIF orientation says; those of 12 bits and lossless ones as they are.

    Raises
    ------
    FilmError
        If the file is cut off, broken, of an impossible size, or of very many scans.
    """
    check_bytes(path, path.stat().st_size)
    content = path.read_bytes()
    if has_many_scans(content):
        found = "a JPEG image of very many scans"
        raise FilmError(path, found, "a film", "check the file's origin; it may be hostile")
    try:
        head = jpeg_head(content)
    except (struct.error, IndexError) as error:
        raise _truncated(path) from error
    if head is None or (head.bits == 8 and not is_lossless_jpeg(content)):
        return _read_with_pillow(io.BytesIO(content), path)
    check_size(path, head.columns, head.rows)
    pixels = _decode(path, lambda: imagecodecs.jpeg_decode(content))
    if pixels.shape[:2] != (head.rows, head.columns):
        raise _truncated(path)
    return StoredFilm(pixels)


def read_tiff(path: Path) -> StoredFilm:
    """
    Read a TIFF file of one page, 8 or 16 bits, grey or colour, white-is-zero or black-is-zero, turned as its
    orientation tag says.

    Raises
    ------
    FilmError
        If the file is cut off, broken, of several pages or of an impossible size, or as :py:func:`check_tiff` says.
    """
    check_bytes(path, path.stat().st_size)
    content = io.BytesIO(path.read_bytes())
    try:
        with tifffile.TiffFile(content) as tiff:
            page = tiff.pages[0]
            if len(tiff.pages) > 1:
                raise FilmError(path, f"{len(tiff.pages)} pages", "one film", "save each page as a file")
            check_size(path, page.imagewidth, page.imagelength)
            check_tiff(page, path)
            pixels = _decode(path, page.asarray)
            palette = page.colormap
            inverted = page.photometric == tifffile.PHOTOMETRIC.MINISWHITE
            planar = page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and pixels.ndim == 3
            orientation = page.tags.valueof("Orientation", 1)
    except (tifffile.TiffFileError, IndexError, struct.error) as error:
        raise _truncated(path) from error
    if palette is not None:
        pixels = palette.T[pixels]
    if planar:
        pixels = np.moveaxis(pixels, 0, -1)
    if inverted:
        pixels = pixels.max() + pixels.min() - pixels if pixels.dtype.kind == "f" else np.invert(pixels)
    if pixels.dtype == bool:
        pixels = pixels.astype(np.uint8)
    pixels, reoriented = turn_upright(pixels, *_TIFF_ORIENTATION.get(orientation, ("L", "F")), path)
    return StoredFilm(pixels, inverted=inverted, reoriented=reoriented)


def _read_with_pillow(source: io.BytesIO, path: Path) -> StoredFilm:
    try:
        image = Image.open(source)
    except (Image.DecompressionBombError, UnidentifiedImageError, OSError, SyntaxError) as error:
        raise _truncated(path) from error
    with image:
        check_size(path, *image.size)
        upright = _decode(path, lambda: ImageOps.exif_transpose(image))
        if upright.mode in ("P", "CMYK", "YCbCr"):
            upright = upright.convert("RGB")
        elif upright.mode == "1":
            upright = upright.convert("L")
        return StoredFilm(np.array(upright))


def _decode(path: Path, decode):
    """Call a decoder, and give its failure as a FilmError."""
    try:
        return decode()
    except (OSError, ValueError, RuntimeError, SyntaxError, struct.error) as error:
        raise _truncated(path) from error


def _truncated(path: Path) -> FilmError:
    return FilmError(path, "truncated or broken pixel data", "a whole image", "export or copy it again")
