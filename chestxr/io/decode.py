"""Decode an image file of any supported format, detected by content."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from chestxr.io.dicom.image import read_dicom
from chestxr.io.raster.bmp import read_bmp
from chestxr.io.raster.jpeg import read_jpeg
from chestxr.io.raster.jpeg2000 import read_jpeg_2000
from chestxr.io.raster.png import read_png
from chestxr.io.raster.tiff import read_tiff
from chestxr.utils.errors import FilmError, check_name, is_system_error, out_of_memory
from chestxr.utils.silence import silence_libraries

from .decoded import DecodedImage
from .file_format import sniff_format
from .film_file import read_content
from .nifti import read_nifti

__all__ = ["decode_image", "film_errors"]

_READERS = {
    "png": read_png,
    "jpeg": read_jpeg,
    "jpeg2000": read_jpeg_2000,
    "tiff": read_tiff,
    "bmp": read_bmp,
    "nifti": read_nifti,
}


@contextmanager
def film_errors(path: Path) -> Iterator[None]:
    """
    Convert library exceptions to FilmError and suppress library messages.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Raises
    ------
    FilmError
        If reading fails. It has no cause, which could quote the header.
    """
    try:
        with silence_libraries():
            yield
    except FilmError as error:
        raise error from None
    except MemoryError:
        raise out_of_memory(path, "read") from None
    except Exception as error:  # five libraries raise unrelated exceptions on hostile bytes
        if is_system_error(error):
            found = f"a file that the system cannot read ({error.strerror})"
            remedy = "check the disk and the file's permissions"
            raise FilmError(path, found, "a readable file", remedy, lasting=False) from None
        found = "invalid values in the header"
        raise FilmError(path, found, "a valid image file", "export it again") from None


def decode_image(path: str | PathLike, least_side: int | None = None) -> DecodedImage:
    """
    Read a file once and return its film upright and bone white; `least_side` as for :py:func:`chestxr.io.read_film`.

    Raises
    ------
    FilmError
        If the file cannot be read.
    """
    path = Path(path)
    check_name(path)
    with film_errors(path):
        content = read_content(path)
        file_format = sniff_format(content, path)
        film = read_dicom(content, path, least_side) if file_format == "dicom" else _READERS[file_format](content, path)
        film.sha256 = hashlib.sha256(content).hexdigest()
    if film.pixels.ndim not in (2, 3):
        raise FilmError(path, f"an array of shape {film.pixels.shape}", "rows and columns", "export it again")
    return film
