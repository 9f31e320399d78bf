"""Whether a TIFF file's pieces make up the film that its header says; tifffile fills up or cuts what does not fit."""

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
# Decoders of these are told how much a piece holds; JPEG's is not, but its pieces can be asked beforehand.
_COMPRESSIONS = (
    *(COMPRESSION.NONE, COMPRESSION.LZW, COMPRESSION.ADOBE_DEFLATE, COMPRESSION.DEFLATE, COMPRESSION.PACKBITS),
    *(COMPRESSION.CCITTRLE, COMPRESSION.CCITT_T4, COMPRESSION.CCITT_T6, COMPRESSION.JPEG),
)
_MOST_SAMPLES = 4


def check_tiff(page: TiffPage, path: Path) -> None:
    """
    Refuse, before anything is decoded, what is no grey or colour film as it is shown, and what is not there.

    Raises
    ------
    FilmError
        If colours are for print, values are complex or more than four a pixel, the compression is none of those that
        are decoded within bounds, or pieces are missing, larger than the film, or of another size than it says.
    """
    jpeg = page.compression == COMPRESSION.JPEG
    if page.photometric not in _COLOURS and not (page.photometric == PHOTOMETRIC.YCBCR and jpeg):
        raise FilmError(path, "colours made for printing or measuring", "grey or RGB", "save it in grey")
    if page.sampleformat == SAMPLEFORMAT.COMPLEXIEEEFP:
        raise FilmError(path, "complex numbers", "shades of grey", "save it in grey")
    if page.compression not in _COMPRESSIONS or page.jpegheader is not None:
        raise FilmError(
            path, "a rare compression", "none, LZW, deflate, PackBits, CCITT or JPEG", "save it without compression"
        )
    pieces = math.prod(page.chunked)
    if (
        page.samplesperpixel > _MOST_SAMPLES
        or page.imagedepth > 1
        or pieces * math.prod(page.chunks) > _MOST_SAMPLES * MAX_PIXELS
    ):
        found = f"{page.samplesperpixel} values a pixel, in {page.imagedepth} planes, {page.chunks} at a time"
        raise FilmError(path, found, "one film in grey or colour", "check the file's origin; it may be hostile")
    # tifffile fills pieces that a writer did not come to with black; of pieces that lie in one place it takes many.
    places = page.dataoffsets, page.databytecounts
    if (
        {*map(len, places)} != {pieces}
        or 0 in page.databytecounts
        or sum(page.databytecounts) > 2 * page.parent.filehandle.size
        or (jpeg and not all(_is_piece(page, *place) for place in zip(*places, strict=True)))
    ):
        raise broken_pixels(path)


def _is_piece(page: TiffPage, offset: int, count: int) -> bool:
    """Say whether a JPEG stream is as large as a strip or tile of the film; the last strip may have fewer rows."""
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
