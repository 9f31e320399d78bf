"""DICOM Secondary Capture of a film's result, for viewers that show neither segmentations nor reports."""

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from chestxr.utils.provenance import Algorithm
from chestxr.utils.silence import silence_libraries

from .header import copy_patient_and_study, strip_patient_and_study
from .segmentation import MANUFACTURER
from .uid import DEFAULT_UID_ROOT, result_uid

__all__ = ["report_capture"]

_SERIES_NUMBER = 9004


def report_capture(
    header: Dataset, picture: np.ndarray, algorithm: Algorithm, uid_root: str = DEFAULT_UID_ROOT
) -> hd.sc.SCImage:
    """
    Build a Secondary Capture (DICOM PS3.3, A.8.1) of a picture of the result.

    It has no spacing: nothing can be measured on it.

    Parameters
    ----------
    header : pydicom.Dataset
        The film's header, as returned by :py:func:`read_header`.
    picture : numpy.ndarray, shape (height, width, 3), uint8
        The picture, upright, with "research use only" in it and without patient data.
    algorithm : Algorithm
        The algorithm that produced the result.
    uid_root : str, optional
        Prefix of new UIDs.

    Returns
    -------
    highdicom.sc.SCImage
    """
    with silence_libraries():
        capture = hd.sc.SCImage.from_ref_dataset(
            strip_patient_and_study(header),
            picture,
            photometric_interpretation="RGB",
            bits_allocated=8,
            coordinate_system="PATIENT",
            series_instance_uid=result_uid(header.SOPInstanceUID, algorithm, "picture series", uid_root),
            series_number=_SERIES_NUMBER,
            sop_instance_uid=result_uid(header.SOPInstanceUID, algorithm, "picture", uid_root),
            instance_number=1,
            manufacturer=MANUFACTURER,
            patient_orientation=("L", "F"),
            transfer_syntax_uid=ExplicitVRLittleEndian,
            manufacturer_model_name=algorithm.name,
            software_versions=algorithm.version,
            series_description="Picture of the result. Research use only",
        )
        capture.Laterality = None
        capture.BurnedInAnnotation = "NO"
        capture.ImageComments = "Research use only. Not a medical device."
        film = Dataset()
        film.ReferencedSOPClassUID, film.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
        capture.SourceImageSequence = [film]
        copy_patient_and_study(capture, header)
    return capture
