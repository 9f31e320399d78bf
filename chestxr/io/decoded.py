"""Decoded image: pixels, spacing and header of a film, the same for all formats."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from chestxr.utils.errors import FilmError

__all__ = ["MAX_PIXELS", "DecodedImage", "check_size"]

# The largest radiographs have about 30 million pixels; a header that claims far more is broken or hostile.
MAX_PIXELS = 100_000_000


@dataclass
class DecodedImage:
    """
    Pixels of one film, bone white and upright, with their spacing and the file's header.

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
        Whether the pixels were inverted because the file stored bone black.
    reoriented : str
        Steps that turned the pixels upright: "flipped left-right", "flipped upside-down", "transposed", joined by
        commas, or "".
    study_date : str
        Day of the study as 2026-11-30, "" if the file states none.
    header : pydicom.Dataset or None
        The header of a DICOM file as stored, without pixels; None for other formats.
    sha256 : str
        SHA-256 of the file, as 64 hexadecimal digits.
    """

    pixels: np.ndarray
    spacing_mm: tuple[float, float] = (math.nan, math.nan)
    spacing_source: str = "unknown"
    magnification: float = math.nan
    inverted: bool = False
    reoriented: str = ""
    study_date: str = ""
    header: Dataset | None = None
    sha256: str = ""


def check_size(path: Path, columns: int, rows: int) -> None:
    """
    Reject impossible image sizes before decoding.

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
