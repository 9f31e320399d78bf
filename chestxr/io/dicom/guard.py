"""Errors of non-conformant source headers when building SEG and SR objects."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

from chestxr.utils.errors import FilmError, is_system_error

__all__ = ["dicom_build_errors"]


@contextmanager
def dicom_build_errors(path: str | PathLike) -> Iterator[None]:
    """
    Convert errors of the DICOM libraries on a non-conformant header to FilmError.

    Parameters
    ----------
    path : str or os.PathLike
        The film.

    Raises
    ------
    FilmError
        If a library fails; without the library's message.
    """
    try:
        yield
    except (FilmError, MemoryError):
        raise
    except Exception as error:  # two libraries raise unrelated exceptions on hostile headers
        if is_system_error(error):
            raise
        # Their messages may quote the header.
        found = "a header from which no DICOM object can be built"
        raise FilmError(path, found, "a conformant DICOM header", "export it again") from None
