"""A file, told from one that took its place."""

from os import PathLike
from pathlib import Path

from .errors import FilmError

__all__ = ["FileSignature", "changed_error", "file_signature"]

FileSignature = tuple[int, int, int] | None


def file_signature(path: str | PathLike) -> FileSignature:
    """Return number, size and time of change, None of a file that cannot be looked at."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def changed_error(path: str | PathLike) -> FilmError:
    """Return the error of a film that was another one at the end of its screening than at the beginning."""
    found = "a file that changed while it was screened"
    return FilmError(path, found, "the same film from beginning to end", "call again", lasting=False)
