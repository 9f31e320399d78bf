"""Upload of segmentations and reports by DICOMweb (STOW-RS)."""

import os
from functools import cache
from pathlib import Path

from chestxr.dicomweb.client import DicomWebClient
from chestxr.io.result_files import DICOM_ENDINGS, result_file
from chestxr.utils.archive_errors import ArchiveError, RefusedError
from chestxr.utils.errors import FilmError

__all__ = ["NotStoredError", "open_archive", "store_results"]

open_archive = cache(DicomWebClient)


class NotStoredError(FilmError):
    """Error for an archive that temporarily does not store results."""


def store_results(stem: Path, url: str) -> bool:
    """
    Store the DICOM results of a film once: their UIDs are derived from film and models.

    Stored files are deleted, since they identify the patient and the archive has them.

    Parameters
    ----------
    stem : pathlib.Path
        Common path of the film's results, without their endings.
    url : str
        URL of the DICOMweb service; "" stores nothing.

    Returns
    -------
    bool
        Whether the film had DICOM results to store.

    Raises
    ------
    FilmError
        If the archive permanently rejects an object.
    NotStoredError
        If the archive does not store objects now; a later attempt may succeed.
    """
    if not url:
        return False
    made = [result_file(stem.parent, stem.name, ending) for ending in DICOM_ENDINGS]
    made = [path for path in made if path.is_file()]
    try:
        for path in made:
            open_archive(url).store_once(path)
    except ArchiveError as error:
        found, expected = f"no place for its results ({error})", "an archive that takes them"
        if isinstance(error, RefusedError):
            raise FilmError(stem, found, expected, "ask who runs the archive") from None
        raise NotStoredError(stem, found, expected, "try again", lasting=False) from None
    for path in made:
        os.unlink(path)
    return bool(made)
