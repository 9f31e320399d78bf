"""Header of a DICOM film, and the patient and study attributes that derived objects copy from it."""

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
# A projection has no position in patient space; its spacing is found in the film that the results refer to.
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
    DICOM header as a string without patient data, for the metadata of a tensor.

    MONAI collates only numbers and strings in metadata, and prints them; therefore the data set is an attribute.

    Parameters
    ----------
    dataset : pydicom.Dataset
        The header. All copies share it: copy it before changing it.
    """

    dataset: Dataset

    def __new__(cls, dataset: Dataset) -> "DicomHeader":
        """Return a string with the data set as its attribute."""
        header = super().__new__(cls, "DICOM header")
        header.dataset = dataset
        return header

    def __getnewargs__(self) -> tuple[Any]:
        """Return the arguments from which pickle creates a copy."""
        return (self.dataset,)

    def __deepcopy__(self, memo: dict) -> "DicomHeader":
        """Return the header itself: every transform copies the metadata."""
        return self


def read_header(path: str | PathLike) -> Dataset:
    """
    Read the header of a DICOM film; see :py:func:`source_header`.

    Raises
    ------
    FilmError
        If the file is broken or cannot be read, or :py:func:`source_header` raises it.
    """
    path = Path(path)
    with film_errors(path):
        return source_header(open_dicom(read_content(path), path, stop_before_pixels=True), path)


def source_header(stored: Dataset, path: str | PathLike) -> Dataset:
    """
    Return the header that objects derived from a film refer to and copy from.

    Parameters
    ----------
    stored : pydicom.Dataset
        The film's header as stored; it is not changed.
    path : str or os.PathLike
        The film's file, for errors.

    Returns
    -------
    pydicom.Dataset
        The header without private attributes, pixels and geometry: a derived object is aligned with the film's pixels,
        and a projection has no position in patient space. Missing patient and study attributes are empty.

    Raises
    ------
    FilmError
        If a class, instance, study or series UID is missing or has several values.
    """
    header = without_pixels(stored)
    for keyword in _GEOMETRY:
        header.pop(keyword, None)
    missing = [keyword for keyword in _IDENTITY if not _is_one_text(header.get(keyword))]
    if missing:
        raise FilmError(
            Path(path),
            f"a DICOM film without {', '.join(missing)} (one value each)",
            "a conformant DICOM header",
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
    Return a header with empty patient and study attributes and no character set.

    highdicom rejects non-conformant dates and character sets, and its errors quote the values;
    `copy_patient_and_study` restores them.
    """
    plain = copy.deepcopy(header)
    plain.decode()
    plain.pop("SpecificCharacterSet", None)
    for keyword in _PATIENT_AND_STUDY:
        setattr(plain, keyword, None)
    return plain


def copy_patient_and_study(derived: Dataset, header: Dataset) -> None:
    """Copy patient and study attributes to a derived object, unchanged, with the film's character set."""
    for keyword in ("SpecificCharacterSet", *_PATIENT_AND_STUDY):
        if keyword in header:
            derived[keyword] = copy.deepcopy(header[keyword])
