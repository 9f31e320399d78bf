"""Check that the strips or tiles of a TIFF file match its header; tifffile silently pads or crops the difference."""

import math
import struct
from pathlib import Path

from tifffile import COMPRESSION, PHOTOMETRIC, PLANARCONFIG, SAMPLEFORMAT, TiffPage

from chestxr.io.codestream import has_many_scans, jpeg_head
from chestxr.io.decoded import MAX_PIXELS
from chestxr.utils.errors import FilmError, broken_pixels

__all__ = ["check_tiff"]

# TIFF 6.0, tag 262: white is zero, black is zero, RGB, palette.
_COLOURS = (0, 1, 2, 3)
# Their decoders are bounded by the size of a piece. JPEG's is not, but its stream header states the size.
_COMPRESSIONS = (
    *(COMPRESSION.NONE, COMPRESSION.LZW, COMPRESSION.ADOBE_DEFLATE, COMPRESSION.DEFLATE, COMPRESSION.PACKBITS),
    *(COMPRESSION.CCITTRLE, COMPRESSION.CCITT_T4, COMPRESSION.CCITT_T6, COMPRESSION.JPEG),
)
_MOST_SAMPLES = 4


def check_tiff(page: TiffPage, path: Path) -> None:
    """
    Reject unsupported or incomplete TIFF files before decoding.

    Raises
    ------
    FilmError
        If the file has colours for print, complex values, more than four values per pixel or an unsupported
        compression, or if strips or tiles are missing, larger than the film, or of a different size than stated.
    """
    jpeg = page.compression == COMPRESSION.JPEG
    if page.photometric not in _COLOURS and not (page.photometric == PHOTOMETRIC.YCBCR and jpeg):
        raise FilmError(path, "colours for printing or measuring", "grey or RGB", "save it in grey")
    if page.sampleformat == SAMPLEFORMAT.COMPLEXIEEEFP:
        raise FilmError(path, "complex numbers", "shades of grey", "save it in grey")
    if page.compression not in _COMPRESSIONS or page.jpegheader is not None:
        raise FilmError(
            path, "an unsupported compression", "none, LZW, deflate, PackBits, CCITT or JPEG", "save it uncompressed"
        )
    pieces = math.prod(page.chunked)
    if (
        page.samplesperpixel > _MOST_SAMPLES
        or page.imagedepth > 1
        or pieces * math.prod(page.chunks) > _MOST_SAMPLES * MAX_PIXELS
    ):
        found = f"{page.samplesperpixel} values per pixel, {page.imagedepth} planes, pieces of {page.chunks}"
        raise FilmError(path, found, "one film in grey or colour", "check the file's origin; it may be hostile")
    # tifffile fills missing pieces with black, and decodes pieces that share one offset many times.
    places = page.dataoffsets, page.databytecounts
    if (
        {*map(len, places)} != {pieces}
        or 0 in page.databytecounts
        or sum(page.databytecounts) > 2 * page.parent.filehandle.size
        or (jpeg and not all(_is_piece(page, *place) for place in zip(*places, strict=True)))
    ):
        raise broken_pixels(path)


def _is_piece(page: TiffPage, offset: int, count: int) -> bool:
    """Return whether a JPEG stream has the size of a strip or tile; the last strip may have fewer rows."""
    page.parent.filehandle.seek(offset)
    stream = page.parent.filehandle.read(count)
    columns, rows = (page.tilewidth, page.tilelength) if page.is_tiled else (page.imagewidth, page.rowsperstrip)
    try:
        head = jpeg_head(stream)
    except (struct.error, IndexError):
        return False
    samples = 1 if page.planarconfig == PLANARCONFIG.SEPARATE else page.samplesperpixel
    fits = head is not None and (head.columns, head.channels) == (columns, samples) and head.rows <= rows
    return fits and not has_many_scans(stream)
