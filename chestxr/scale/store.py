"""Segmentation and report of a film, stored in an archive that speaks DICOMweb."""

import os
from functools import cache
from pathlib import Path

from chestxr.io import FilmError
from chestxr.pacs import Archive, ArchiveError

__all__ = ["NotStoredError", "store_results"]

_archive = cache(Archive)


class NotStoredError(FilmError):
    """An archive did not take what was made of a film."""


def store_results(stem: Path, url: str) -> None:
    """
    Store what stands of a film, once: an object's identifier follows from film and models.

    What is stored is removed here: it names the patient, and the archive has it now.

    Parameters
    ----------
    stem : pathlib.Path
        The film's results without their endings.
    url : str
        The archive's DICOMweb service; "" stores nothing.

    Raises
    ------
    NotStoredError
        If the archive does not take it; another try may succeed.
    """
    if not url:
        return
    made = [Path(f"{stem}_{kind}.dcm") for kind in ("seg", "sr")]
    made = [path for path in made if path.is_file()]
    try:
        for path in made:
            _archive(url).store_once(path)
    except ArchiveError as error:
        found = f"no place for its results ({error})"
        raise NotStoredError(stem, found, "an archive", "try again", lasting=False) from None
    for path in made:
        os.unlink(path)
