"""A film as its file stores it, whatever the format."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chestxr.utils.errors import FilmError

__all__ = ["MAX_FILE_BYTES", "MAX_PIXELS", "DecodedImage", "check_bytes", "check_size"]

# The largest radiographs have about 30 million pixels; a header that claims far more is broken or hostile.
MAX_PIXELS = 100_000_000
# The largest film and a header: in colours of 8 bits or in 32 bits, and in any format, as NIfTI may have 64 bits.
_MAX_BYTES, MAX_FILE_BYTES = (size * MAX_PIXELS + 2**24 for size in (4, 8))


@dataclass
class DecodedImage:
    """
    Pixels of one film, bone white and upright, with what its file says of their size.

    Attributes
    ----------
    pixels : numpy.ndarray, shape (rows, columns) or (rows, columns, colours)
        Values in the file's own units.
    spacing_mm : tuple of float
        Distance in mm between columns (x) and between rows (y); NaN when the file states none.
    spacing_source : str
        Where the spacing comes from: "PixelSpacing", "ImagerPixelSpacing", "NIfTI" or "unknown".
    magnification : float
        Estimated radiographic magnification when the spacing is that of the detector; NaN when not stated.
    inverted : bool
        Whether the file stored bone black, and the pixels were inverted.
    reoriented : str
        How the pixels were turned upright: "", or "flipped left-right", "flipped upside-down", "transposed",
        joined by commas.
    study_date : str
        Day of the study as 2026-11-30, "" if the file states none.
    """

    pixels: np.ndarray
    spacing_mm: tuple[float, float] = (math.nan, math.nan)
    spacing_source: str = "unknown"
    magnification: float = math.nan
    inverted: bool = False
    reoriented: str = ""
    study_date: str = ""


def check_size(path: Path, columns: int, rows: int) -> None:
    """
    Refuse sizes that no film has, before anything is decoded.

    Raises
    ------
    FilmError
        If a side is zero or the film has more than ``MAX_PIXELS`` pixels.
    """
    if columns < 1 or rows < 1:
        raise FilmError(path, f"an image of {columns} x {rows} pixels", "a film with pixels", "export it again")
    if columns * rows > MAX_PIXELS:
        raise FilmError(
            path,
            f"a header that claims {columns} x {rows} pixels",
            f"at most {MAX_PIXELS:,} pixels",
            "check the file's origin; it may be broken or hostile",
        )


def check_bytes(path: Path, size: int) -> None:
    """
    Refuse files larger than any film's, before they are in memory.

    Raises
    ------
    FilmError
        If there are more bytes than ``MAX_PIXELS`` pixels of 32 bits and a header take.
    """
    if size > _MAX_BYTES:
        raise FilmError(
            path,
            f"a file of more than {_MAX_BYTES // 2**20} MiB",
            f"a film of at most {MAX_PIXELS:,} pixels",
            "check the file's origin; it may be broken or hostile",
        )
