"""A film as a file, wherever it is kept."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError

from chestxr.data.film_name import suffix_of
from chestxr.io import FilmError
from chestxr.io.dicom_header import quiet_dicom
from chestxr.io.file_state import FileState, changed, file_state

__all__ = ["check_unchanged", "fetch", "film_file", "is_address", "study_date"]


def is_address(image: str) -> bool:
    """Say whether a film is kept in an object store rather than in a folder."""
    return "://" in image


def fetch(image: str) -> bytes:
    """
    Return the content of a film in an object store.

    Raises
    ------
    FilmError
        If the store does not give it.
    """
    import fsspec

    try:
        with fsspec.open(image, "rb") as file:
            return file.read()
    # Every store has errors of its own.
    except Exception as error:
        found = f"an object that the store does not give ({type(error).__name__})"
        raise FilmError(image, found, "a readable object", "check your rights to it", lasting=False) from error


@contextmanager
def film_file(image: str, content: bytes | None) -> Iterator[str]:
    """Give the path of a film's file; that of a film in an object store is there for the moment."""
    if content is None:
        yield image
        return
    with tempfile.TemporaryDirectory(prefix="chestxr-film-") as folder:
        path = Path(folder) / f"film{suffix_of(Path(image))}"
        path.write_bytes(content)
        yield str(path)


def check_unchanged(path: str, state: FileState) -> None:
    """
    Refuse a film that is another one than the stage before saw: its lungs would be measured on another film.

    Raises
    ------
    FilmError
        If the file changed.
    """
    if file_state(path) != state:
        raise changed(path)


def study_date(path: str) -> str:
    """Return the day of a DICOM film's study as 2026-11-30, "unknown" if there is none."""
    try:
        with quiet_dicom():
            header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["StudyDate"])
            day = str(header.get("StudyDate", "")).strip().replace(".", "")
    except (InvalidDicomError, OSError, EOFError, ValueError, KeyError, AttributeError, TypeError, NotImplementedError):
        return "unknown"
    if len(day) != 8 or not (day.isascii() and day.isdigit()):
        return "unknown"
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"
