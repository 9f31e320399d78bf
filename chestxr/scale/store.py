"""Segmentation and report of a film, stored in an archive that speaks DICOMweb."""

import os
from functools import cache
from pathlib import Path

import pydicom

from chestxr.io import FilmError
from chestxr.io.dicom_header import quiet_dicom
from chestxr.pacs import Archive, ArchiveError

__all__ = ["store_results"]

_archive = cache(Archive)


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
    FilmError
        If the archive does not take it; another try may succeed.
    """
    if not url:
        return
    made = [Path(f"{stem}_{kind}.dcm") for kind in ("seg", "sr")]
    made = [path for path in made if path.is_file()]
    try:
        for path in made:
            _store(path, _archive(url))
    except ArchiveError as error:
        raise FilmError(stem, f"no place for its results ({error})", "an archive", "try again", lasting=False) from None
    for path in made:
        os.unlink(path)


def _store(path: Path, archive: Archive) -> None:
    with quiet_dicom():
        made = pydicom.dcmread(path)
    if archive.holds(made.StudyInstanceUID, made.SOPInstanceUID):
        return
    archive.store([made])
    if not archive.holds(made.StudyInstanceUID, made.SOPInstanceUID):
        raise ArchiveError(f"{archive.server}: took an object and does not hold it")
