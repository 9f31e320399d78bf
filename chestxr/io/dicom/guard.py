"""Headers that are against the standard, where DICOM objects are made of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

from chestxr.utils.errors import FilmError, is_system_error

__all__ = ["dicom_build_errors"]


@contextmanager
def dicom_build_errors(path: str | PathLike) -> Iterator[None]:
    """
    Turn what the DICOM libraries raise on a header that is against the standard into a FilmError.

    Parameters
    ----------
    path : str or os.PathLike
        The film.

    Raises
    ------
    FilmError
        Without what the library's error says.
    """
    try:
        yield
    except (FilmError, MemoryError):
        raise
    except Exception as error:  # two libraries' errors at hostile headers have no kind in common
        if is_system_error(error):
            raise
        # What such errors say may hold parts of the header.
        found = "a header of which no DICOM object can be made"
        raise FilmError(path, found, "a film as an archive keeps it", "export it again") from None
