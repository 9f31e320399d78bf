"""DICOM Segmentation (SEG) of the lungs, aligned with the film's pixels."""

import hashlib

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

from chestxr.io.orientation import undo_reorientation
from chestxr.utils.provenance import Algorithm
from chestxr.utils.silence import silence_libraries

from .header import copy_patient_and_study, strip_patient_and_study
from .uid import DEFAULT_UID_ROOT, derived_uid

__all__ = [
    "LUNG_CODES",
    "LUNG_COLOURS",
    "MANUFACTURER",
    "RESEARCH_USE",
    "check_segmentation_type",
    "lung_segmentation",
    "stored_labels",
]

MANUFACTURER = "chestxr"
RESEARCH_USE = "Research use only. Not a medical device."
LUNG_CODES = {
    1: Code("3341006", "SCT", "Right lung"),
    2: Code("44029006", "SCT", "Left lung"),
}
# Orange and sky blue as in the overlays, in CIELab with illuminant D50.
LUNG_COLOURS = {1: (71.19, 20.07, 74.66), 2: (69.28, -16.80, -35.53)}
# By segmentation type: RLE cannot encode pixels of one bit.
_TRANSFER_SYNTAXES = {"BINARY": ExplicitVRLittleEndian, "LABELMAP": RLELossless}
_ANATOMY = Code("123037004", "SCT", "Anatomical Structure")
_ARTIFICIAL_INTELLIGENCE = Code("123110", "DCM", "Artificial Intelligence")
_SERIES_NUMBER = 9001


def lung_segmentation(
    header: Dataset,
    labels: np.ndarray,
    algorithm: Algorithm | None,
    reoriented: str = "",
    uid_root: str = DEFAULT_UID_ROOT,
    segmentation_type: str = "BINARY",
) -> hd.seg.Segmentation:
    """
    Build a Segmentation (DICOM PS3.3, A.51) of the lungs, or a Label Map Segmentation.

    It refers to the film pixel by pixel ("spatial locations preserved") and has no geometry, since a projection has
    no position in patient space; the spacing is found in the film. Patient and study are the film's; the UIDs are
    derived from those of the film and the algorithm.

    Parameters
    ----------
    header : pydicom.Dataset
        The film's header, as returned by :py:func:`read_header`.
    labels : numpy.ndarray, shape (W, H), integer
        Label map of the upright film: 0 background, 1 right lung, 2 left lung.
    algorithm : Algorithm or None
        The algorithm that segmented the lungs; None for a manual segmentation.
    reoriented : str, optional
        Steps that turned the film upright, as in its metadata.
    uid_root : str, optional
        Prefix of new UIDs.
    segmentation_type : str, optional
        "BINARY", one bit per pixel and a frame for each lung, which most archives and viewers know; or "LABELMAP", one
        frame of 8 bits per pixel (DICOM Supplement 243, of 2024), which OHIF can show at any size of the film.

    Returns
    -------
    highdicom.seg.Segmentation
        Segment 1 is the right lung, segment 2 the left one.

    Raises
    ------
    ValueError
        If there is no lung, the size of the mask differs from the film, or the segmentation type is unknown.
    """
    check_segmentation_type(segmentation_type)
    rows = stored_labels(header, labels, reoriented)
    made_by = (
        (algorithm.name, algorithm.version) if algorithm else ("manual", hashlib.sha256(rows.tobytes()).hexdigest())
    )
    form = "" if segmentation_type == "BINARY" else f"{segmentation_type} "
    identifiers = {
        kind: derived_uid(uid_root, header.SOPInstanceUID, *made_by, form + kind)
        for kind in ("segmentation", "segmentation series", "dimensions")
    }
    with silence_libraries():
        segmentation = hd.seg.Segmentation(
            source_images=[strip_patient_and_study(header)],
            pixel_array=rows[None],
            segmentation_type=hd.seg.SegmentationTypeValues(segmentation_type),
            segment_descriptions=[_describe(label, algorithm) for label in LUNG_CODES],
            series_instance_uid=identifiers["segmentation series"],
            series_number=_SERIES_NUMBER,
            sop_instance_uid=identifiers["segmentation"],
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=algorithm.name if algorithm else MANUFACTURER,
            software_versions=algorithm.version if algorithm else "manual",
            device_serial_number="none",
            content_label="LUNGS",
            content_description=RESEARCH_USE,
            series_description="Lungs. Research use only",
            transfer_syntax_uid=_TRANSFER_SYNTAXES[segmentation_type],
        )
        _complete(segmentation, header, identifiers["dimensions"])
    return segmentation


def stored_labels(header: Dataset, labels: np.ndarray, reoriented: str) -> np.ndarray:
    """
    Return a label map in the rows and columns of the stored film.

    Parameters
    ----------
    header : pydicom.Dataset
        The film's header.
    labels : numpy.ndarray, shape (W, H), integer
        Label map of the upright film.
    reoriented : str
        Steps that turned the film upright, as in its metadata.

    Returns
    -------
    numpy.ndarray, shape (rows, columns), uint8

    Raises
    ------
    ValueError
        If no pixel is labelled, or the size of the mask differs from the film.
    """
    rows = undo_reorientation(np.asarray(labels).T, reoriented).astype(np.uint8)
    if rows.shape != (header.Rows, header.Columns):
        found, expected = (f"{width} x {height}" for height, width in (rows.shape, (header.Rows, header.Columns)))
        raise ValueError(f"a mask of {found} pixels; expected {expected}, as the film has")
    if not rows.any():
        raise ValueError("an empty mask; expected one lung at least")
    return rows


def check_segmentation_type(segmentation_type: str) -> None:
    """Raise ValueError if a segmentation type is neither "BINARY" nor "LABELMAP"."""
    if segmentation_type not in _TRANSFER_SYNTAXES:
        raise ValueError(f"segmentation type {segmentation_type!r}; expected {' or '.join(_TRANSFER_SYNTAXES)}")


def _describe(label: int, algorithm: Algorithm | None) -> hd.seg.SegmentDescription:
    kinds = hd.seg.SegmentAlgorithmTypeValues
    identification = algorithm and hd.AlgorithmIdentificationSequence(
        algorithm.name, _ARTIFICIAL_INTELLIGENCE, algorithm.version
    )
    described = hd.seg.SegmentDescription(
        segment_number=label,
        segment_label=LUNG_CODES[label].meaning,
        segmented_property_category=_ANATOMY,
        segmented_property_type=LUNG_CODES[label],
        algorithm_type=kinds.AUTOMATIC if algorithm else kinds.MANUAL,
        algorithm_identification=identification or None,
    )
    described.RecommendedDisplayCIELabValue = list(hd.color.CIELabColor(*LUNG_COLOURS[label]).value)
    return described


def _complete(segmentation: hd.seg.Segmentation, header: Dataset, dimensions: str) -> None:
    """Set what highdicom does not: the film's character set and orientation, and dimension UIDs under our root."""
    copy_patient_and_study(segmentation, header)
    segmentation.PatientOrientation = header.get("PatientOrientation")
    for sequence in (segmentation.DimensionOrganizationSequence, segmentation.DimensionIndexSequence):
        for item in sequence:
            item.DimensionOrganizationUID = dimensions
