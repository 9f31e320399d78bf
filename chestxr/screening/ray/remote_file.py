"""Local files of films in object stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from chestxr.data.film_name import FILM_SUFFIXES, suffix_of
from chestxr.io.film_file import MAX_BYTES
from chestxr.utils.errors import FilmError, check_name
from chestxr.utils.temporary import temporary_folder

from .uri import is_uri

__all__ = ["FILM_FOLDERS", "fetch", "film_file"]

# Prefix of temporary folders of films.
FILM_FOLDERS = "chestxr-film-"


def fetch(image: str) -> bytes:
    """
    Return the content of a film in an object store.

    Parameters
    ----------
    image : str
        URI of the film.

    Raises
    ------
    FilmError
        If the object cannot be read, is too large for a film, or has a name that is not UTF-8.
    """
    import fsspec

    check_name(image)
    try:
        with fsspec.open(image, "rb") as file:
            content = _bounded(file)
    # Each store raises its own errors.
    except Exception as error:
        remedy = "check that the store answers, and your rights to it"
        raise FilmError(image, _not_given(error), "a readable object", remedy, lasting=False) from error
    if len(content) > MAX_BYTES:
        found = f"an object of more than {MAX_BYTES // 2**20} MiB"
        raise FilmError(image, found, "a film", "leave it out")
    return content


def _not_given(error: Exception) -> str:
    """Return a description of the error without the store's own message, which may contain credentials."""
    match error:
        case FileNotFoundError():
            return "no such object"
        case PermissionError():
            return "an object that the store refuses"
    return "an object that the store does not give"


def _bounded(file: BinaryIO) -> bytes:
    """Read at most one byte more than the limit; some stores return less per call than requested."""
    content = bytearray()
    while len(content) <= MAX_BYTES and (piece := file.read(MAX_BYTES + 1 - len(content))):
        content += piece
    return bytes(content)


@contextmanager
def film_file(image: str) -> Iterator[str]:
    """
    Context manager that yields the path of a film's file; a film in an object store is copied to a temporary file.

    Parameters
    ----------
    image : str
        Path or URI of the film.

    Raises
    ------
    FilmError
        As :py:func:`fetch` does.
    """
    if not is_uri(image):
        yield image
        return
    content = fetch(image)
    with temporary_folder(FILM_FOLDERS) as folder:
        suffix = suffix_of(Path(image))
        path = folder / f"film{suffix if suffix in FILM_SUFFIXES else ''}"
        path.write_bytes(content)
        yield str(path)
