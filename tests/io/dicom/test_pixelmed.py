"""PixelMed's validators find no error of ours in segmentations and reports."""

import numpy as np
import pytest
from pydicom.uid import SecondaryCaptureImageStorage, generate_uid

from chestxr.io import read_film
from chestxr.io.dicom.header import read_header
from chestxr.io.dicom.segmentation import lung_segmentation
from chestxr.io.dicom.structured_report import FilmFindings, screening_report
from chestxr.utils.lesion_mark import LesionMark
from chestxr.utils.provenance import Algorithm
from tests.io.dicom_validator import dicom_errors, needs_dciodvfy, needs_pixelmed, pixelmed_errors
from tests.io.film_files import save_dicom

pytestmark = [pytest.mark.slow, needs_pixelmed]

ALGORITHM = Algorithm("cxr_tuberculosis_screening", "0.1.0 0123456789ab 0123456789ab")
FINDINGS = {"probability": 0.42, "low": 0.35, "high": 0.5, "threshold": 0.3, "decision": "suspicious"}
FINDINGS |= {"reasons": ("right upper zone, texture (+1.20)",), "flags": ("the network is unsure",)}
FINDINGS |= {"marks": [LesionMark(20.5, 30.25, 0.83, "right_upper")]}
DX = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1", "Modality": "DX", "FrameOfReferenceUID": generate_uid()}
SC = {"SOPClassUID": SecondaryCaptureImageStorage, "Modality": "OT", "ConversionType": "WSD"}
# Errors of the validators of 2022 themselves; chestxr/io/dicom/README.md gives the reasons.
OF_THE_VALIDATOR = (
    # A segmentation of a chest has no laterality, and dciodvfy rejects one.
    "GeneralSeriesModule/Laterality/: : Missing conditional attribute",
    # The data dictionary (DICOM PS3.6) gives Patient Orientation two values.
    "GeneralImageModule/PatientOrientation/: PatientOrientation: Incorrect value multiplicity - got 2 but expected 1-1",
    # Each frame has the sequence, and a functional group that is per frame must not be shared (PS3.3, C.7.6.16).
    "DerivationImageMacro/DerivationImageSequence/: SharedFunctionalGroupsSequence/Item[1]/: Missing required",
)
# If one group has a region, the validator takes all for groups with a region, also that of the whole image.
OF_THE_SCORE_GROUP = "within 1.8.4: "


@pytest.fixture(params=["computed radiograph", "DX", "secondary capture"])
def film(request, tmp_path, chest_dicom):
    if request.param == "computed radiograph":
        return chest_dicom
    tags = DX if request.param == "DX" else SC
    identity = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid(), "StudyID": "7"}
    pixels = np.random.default_rng(0).integers(0, 4096, (96, 72))
    return save_dicom(tmp_path / "film.dcm", pixels, PixelSpacing=[0.2, 0.2], **identity, **tags)


def _labels(film):
    labels = np.zeros(read_film(film)[0].shape, np.uint8)
    labels[4:30, 10:60], labels[40:66, 12:64] = 1, 2
    return labels


def _errors_of_ours(errors: list[str]) -> list[str]:
    return [error for error in errors if not any(known in error for known in OF_THE_VALIDATOR)]


def test_segmentation_and_report(film, tmp_path):
    header = read_header(film)
    segmentation = lung_segmentation(header, _labels(film), ALGORITHM)
    assert _errors_of_ours(pixelmed_errors(segmentation, tmp_path, "DicomInstanceValidator")) == []
    report = screening_report(header, segmentation, FilmFindings({1: 1300, 2: 1352}, **FINDINGS), ALGORITHM)
    errors = pixelmed_errors(report, tmp_path, "DicomSRValidator")
    assert [error for error in errors if OF_THE_SCORE_GROUP not in error] == []
    assert len(errors) == 2 and all("Missing conditional content item" in error for error in errors)


def test_group_of_the_score_is_valid_without_groups_of_lungs(chest_dicom, tmp_path):
    findings = FilmFindings({}, **FINDINGS | {"marks": ()})
    report = screening_report(read_header(chest_dicom), None, findings, ALGORITHM)
    assert pixelmed_errors(report, tmp_path, "DicomSRValidator") == []


@needs_dciodvfy
def test_label_map_is_valid_but_for_what_the_validators_do_not_know(chest_dicom, tmp_path):
    """Both know segmentations, but not yet label maps: they judge one as a fractional segmentation."""
    labels = _labels(chest_dicom)
    label_map = lung_segmentation(read_header(chest_dicom), labels, ALGORITHM, segmentation_type="LABELMAP")
    fractional = {"SegmentationType": "FRACTIONAL", "SegmentationFractionalType": "PROBABILITY"}
    for keyword, value in (fractional | {"MaximumFractionalValue": 2}).items():
        setattr(label_map, keyword, value)
    label_map.SOPClassUID = label_map.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.66.4"
    errors = _errors_of_ours(pixelmed_errors(label_map, tmp_path, "DicomInstanceValidator"))
    errors += dicom_errors(tmp_path / "judged.dcm")
    about_segments = ("SegmentIdentification", "SegmentNumber", "Segment Number")
    assert [error for error in errors if not any(known in error for known in about_segments)] == []
