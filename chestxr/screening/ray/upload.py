"""Segmentation and report of a film, stored in an archive that speaks DICOMweb."""

import os
from functools import cache
from pathlib import Path

from chestxr.dicomweb.client import DicomWebClient
from chestxr.dicomweb.session import DicomWebError, RefusedError
from chestxr.io.result_files import REPORT, SEGMENTATION, result_file
from chestxr.utils.errors import FilmError

__all__ = ["NotStoredError", "open_archive", "store_results"]

open_archive = cache(DicomWebClient)


class NotStoredError(FilmError):
    """An archive does not take what was made of films."""


def store_results(stem: Path, url: str) -> bool:
    """
    Store what stands of a film, once: an object's identifier follows from film and models.

    What is stored is removed here: it names the patient, and the archive has it now.

    Parameters
    ----------
    stem : pathlib.Path
        The film's results without their endings.
    url : str
        The archive's DICOMweb service; "" stores nothing.

    Returns
    -------
    bool
        Whether there was something to store.

    Raises
    ------
    FilmError
        If the archive refuses it, not for lack of room.
    NotStoredError
        If the archive takes nothing; another try may succeed.
    """
    if not url:
        return False
    made = [result_file(stem.parent, stem.name, ending) for ending in (SEGMENTATION, REPORT)]
    made = [path for path in made if path.is_file()]
    try:
        for path in made:
            open_archive(url).store_once(path)
    except DicomWebError as error:
        found, expected = f"no place for its results ({error})", "an archive that takes them"
        if isinstance(error, RefusedError):
            raise FilmError(stem, found, expected, "ask who runs the archive") from None
        raise NotStoredError(stem, found, expected, "try again", lasting=False) from None
    for path in made:
        os.unlink(path)
    return bool(made)
