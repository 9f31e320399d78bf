"""The header of a film in DICOM, and what results derived from the film take over from it."""

import copy
from os import PathLike
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from chestxr.io.decode import film_errors
from chestxr.io.film_file import read_content
from chestxr.utils.errors import FilmError

from .dataset import open_dicom, without_pixels

__all__ = ["DicomHeader", "copy_patient_and_study", "read_header", "source_header", "strip_patient_and_study"]

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


class DicomHeader(str):
    """
    A DICOM header as text that says nothing of the patient, for the metadata of a tensor.

    MONAI collates metadata of numbers and text only, and prints it: so the data set is an attribute of a text.

    Parameters
    ----------
    dataset : pydicom.Dataset
        The header. It is shared by all copies: copy it before you change it.
    """

    dataset: Dataset

    def __new__(cls, dataset: Dataset) -> "DicomHeader":
        """Return a text with the data set as its attribute."""
        header = super().__new__(cls, "DICOM header")
        header.dataset = dataset
        return header

    def __getnewargs__(self) -> tuple[Any]:
        """Return what pickle makes a copy of."""
        return (self.dataset,)

    def __deepcopy__(self, memo: dict) -> "DicomHeader":
        """Return the header itself: metadata is copied with every transform."""
        return self


def read_header(path: str | PathLike) -> Dataset:
    """
    Read the header of a film in DICOM, as :py:func:`source_header` returns it.

    Raises
    ------
    FilmError
        If the file is broken or cannot be read, or as :py:func:`source_header` says.
    """
    path = Path(path)
    with film_errors(path):
        return source_header(open_dicom(read_content(path), path, stop_before_pixels=True), path)


def source_header(stored: Dataset, path: str | PathLike) -> Dataset:
    """
    Return the identity of a film's patient, study and image, for objects that are derived from it.

    Parameters
    ----------
    stored : pydicom.Dataset
        The film's header as it is stored; it stays as it is.
    path : str or os.PathLike
        The film's file, for errors.

    Returns
    -------
    pydicom.Dataset
        The header without private attributes and pixels, and without geometry, of which a projection has none in the
        room: a derived object lies on the film's pixels. Patient and study attributes that the film leaves out are
        empty.

    Raises
    ------
    FilmError
        If the film has no identifiers of its own, or several: nothing can refer to it.
    """
    header = without_pixels(stored)
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
    Return a header with patient and study emptied, and no character set.

    Highdicom refuses non-conformant dates and character sets, and its errors hold the values: `copy_patient_and_study`
    puts them back.
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
