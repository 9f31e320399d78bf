"""A file, told from one that took its place."""

from os import PathLike
from pathlib import Path

__all__ = ["FileState", "file_state"]

FileState = tuple[int, int, int] | None


def file_state(path: str | PathLike) -> FileState:
    """Return number, size and time of change, None of a file that cannot be looked at."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
