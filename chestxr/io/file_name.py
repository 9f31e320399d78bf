"""Names of films that tables and lines of text can hold."""

from os import PathLike, fspath

from .errors import FilmError
from .printable import printable

__all__ = ["check_name"]


def check_name(path: str | PathLike) -> None:
    """
    Refuse a path or an address that would have to be written with escapes.

    Raises
    ------
    FilmError
        If it has control characters, or bytes that are not UTF-8.
    """
    if printable(path) != fspath(path):
        raise FilmError(
            path, "a file name that is not UTF-8 or has control characters", "a name that tables can hold", "rename it"
        )
