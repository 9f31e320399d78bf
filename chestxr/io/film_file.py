"""Read a film's file into memory, up to a maximum size."""

from pathlib import Path

from chestxr.utils.errors import FilmError

from .decoded import MAX_PIXELS

__all__ = ["MAX_BYTES", "check_bytes", "read_content"]

# The largest film in 8-bit colour or in 32 bits, and a header.
MAX_BYTES = 4 * MAX_PIXELS + 2**24


def check_bytes(path: Path, size: int) -> None:
    """
    Reject files larger than any film before reading them.

    Raises
    ------
    FilmError
        If there are more bytes than ``MAX_BYTES``.
    """
    if size > MAX_BYTES:
        raise FilmError(
            path,
            f"a file of more than {MAX_BYTES // 2**20} MiB",
            f"a film of at most {MAX_PIXELS:,} pixels",
            "check the file's origin; it may be broken or hostile",
        )


def read_content(path: Path) -> bytes:
    """
    Return the content of a film's file.

    Raises
    ------
    FilmError
        If the file is missing or larger than any film.
    OSError
        If the operating system cannot read it.
    """
    if not path.is_file():
        raise FilmError(path, "no such file", "a film", "check the path")
    check_bytes(path, path.stat().st_size)
    return path.read_bytes()
