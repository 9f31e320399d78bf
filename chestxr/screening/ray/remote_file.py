"""A film as a file, wherever it is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from chestxr.data.film_name import FILM_SUFFIXES, suffix_of
from chestxr.io.decoded import MAX_FILE_BYTES, MAX_PIXELS
from chestxr.utils.errors import FilmError, check_name
from chestxr.utils.file_signature import FileSignature, changed_error, file_signature
from chestxr.utils.temporary import temporary_folder

__all__ = ["FILM_FOLDERS", "check_unchanged", "fetch", "film_file"]

# What the names of temporary folders of films begin with.
FILM_FOLDERS = "chestxr-film-"


def fetch(image: str) -> bytes:
    """
    Return the content of a film in an object store.

    Raises
    ------
    FilmError
        If the store does not give it, it is larger than any film, or its name is no text.
    """
    import fsspec

    check_name(image)
    try:
        with fsspec.open(image, "rb") as file:
            content = _bounded(file)
    # Every store has errors of its own.
    except Exception as error:
        remedy = "check that the store answers, and your rights to it"
        raise FilmError(image, _not_given(error), "a readable object", remedy, lasting=False) from error
    if len(content) > MAX_FILE_BYTES:
        found = f"an object of more than {MAX_FILE_BYTES // 2**20} MiB"
        raise FilmError(image, found, f"a film of at most {MAX_PIXELS:,} pixels", "leave it out")
    return content


def _not_given(error: Exception) -> str:
    """Say what is known of an object: what a store's own errors say may hold who asks."""
    match error:
        case FileNotFoundError():
            return "no such object"
        case PermissionError():
            return "an object that the store refuses"
    return "an object that the store does not give"


def _bounded(file: BinaryIO) -> bytes:
    """Read a file, or a little more of it than any film has: some stores give less at a time than is asked for."""
    content = bytearray()
    while len(content) <= MAX_FILE_BYTES and (piece := file.read(MAX_FILE_BYTES + 1 - len(content))):
        content += piece
    return bytes(content)


@contextmanager
def film_file(image: str, content: bytes | None) -> Iterator[str]:
    """Give the path of a film's file; that of a film in an object store is there for the moment."""
    if content is None:
        yield image
        return
    with temporary_folder(FILM_FOLDERS) as folder:
        suffix = suffix_of(Path(image))
        path = folder / f"film{suffix if suffix in FILM_SUFFIXES else ''}"
        path.write_bytes(content)
        yield str(path)


def check_unchanged(path: str, state: FileSignature) -> None:
    """
    Refuse a film that is another one than the stage before saw: its lungs would be measured on another film.

    Raises
    ------
    FilmError
        If the file changed.
    """
    if file_signature(path) != state:
        raise changed_error(path)
