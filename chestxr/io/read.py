"""Read any file that chestxr knows, by its content."""

from os import PathLike
from pathlib import Path

from .content import format_of
from .dicom import read_dicom
from .nifti import read_nifti
from .picture import read_jpeg, read_png, read_tiff
from .stored_film import StoredFilm

__all__ = ["read_stored"]

_READERS = {"dicom": read_dicom, "png": read_png, "jpeg": read_jpeg, "tiff": read_tiff, "nifti": read_nifti}


def read_stored(path: str | PathLike) -> StoredFilm:
    """
    Read one file as it is stored, upright and bone white.

    Raises
    ------
    FilmError
        If the file cannot be read.
    """
    path = Path(path)
    return _READERS[format_of(path)](path)
