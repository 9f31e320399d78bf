"""What DICOM results take over from the film that they are about."""

import copy
from os import PathLike
from pathlib import Path

from pydicom.dataset import Dataset

from chestxr.io.decode import film_errors
from chestxr.utils.errors import FilmError

from .dataset import open_dicom

__all__ = ["copy_patient_and_study", "is_dicom", "read_header", "strip_patient_and_study"]

_IDENTITY = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_PATIENT_AND_STUDY = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "StudyID",
    "AccessionNumber",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
)
# A film's plane has no place in the room: whoever needs its size finds it in the film, which results point to.
_GEOMETRY = (
    "FrameOfReferenceUID",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "PositionReferenceIndicator",
)


def is_dicom(path: str | PathLike) -> bool:
    """
    Say whether a file is a DICOM object with identifiers, to which others can refer.

    Raises
    ------
    FilmError
        If the system does not read it.
    """
    try:
        with film_errors(Path(path)):
            return "SOPClassUID" in open_dicom(Path(path), stop_before_pixels=True, specific_tags=list(_IDENTITY))
    except FilmError as error:
        if not error.lasting:
            raise
        return False


def read_header(path: str | PathLike) -> Dataset:
    """
    Read the identity of a film's patient, study and image.

    Parameters
    ----------
    path : str or os.PathLike
        A film in DICOM.

    Returns
    -------
    pydicom.Dataset
        The header without private attributes and pixels, and without geometry, of which a projection has none in the
        room: a derived object lies on the film's pixels. Patient and study attributes that the film leaves out are
        empty.

    Raises
    ------
    FilmError
        If the film is broken or cannot be read, or has no identifiers of its own, or several: nothing can refer to it.
    """
    with film_errors(Path(path)):
        header = open_dicom(Path(path), stop_before_pixels=True)
        for keyword in _GEOMETRY:
            header.pop(keyword, None)
        missing = [keyword for keyword in _IDENTITY if not _is_one_text(header.get(keyword))]
        if missing:
            raise FilmError(
                Path(path),
                f"a DICOM film without {', '.join(missing)} of one value",
                "a film as an archive keeps it",
                "export it again",
            )
        for keyword in _PATIENT_AND_STUDY:
            if keyword not in header:
                setattr(header, keyword, None)
    return header


def _is_one_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def strip_patient_and_study(header: Dataset) -> Dataset:
    """
    Give a header with patient and study emptied, and no character set.

    Highdicom refuses odd dates and character sets, and its errors hold the values: `copy_patient_and_study` puts them
    back.
    """
    plain = copy.deepcopy(header)
    plain.decode()
    plain.pop("SpecificCharacterSet", None)
    for keyword in _PATIENT_AND_STUDY:
        setattr(plain, keyword, None)
    return plain


def copy_patient_and_study(derived: Dataset, header: Dataset) -> None:
    """Make a derived object one of the film's patient and study, as they are, in the film's own character set."""
    for keyword in ("SpecificCharacterSet", *_PATIENT_AND_STUDY):
        if keyword in header:
            derived[keyword] = copy.deepcopy(header[keyword])
