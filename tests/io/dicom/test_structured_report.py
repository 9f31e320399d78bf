"""Structured reports contain the findings, in mm2 or pixels, and are valid DICOM."""

import math

import highdicom as hd
import numpy as np
import pytest
from pydicom.uid import generate_uid

from chestxr.io import read_film
from chestxr.io.dicom.header import read_header
from chestxr.io.dicom.segmentation import lung_segmentation
from chestxr.io.dicom.structured_report import FilmFindings, screening_report
from chestxr.utils.lesion_mark import LesionMark
from chestxr.utils.provenance import Algorithm
from tests.io.dicom_validator import errors_of, needs_dciodvfy
from tests.io.film_files import save_dicom

ALGORITHM = Algorithm("cxr_tuberculosis_screening", "0.1.0 0123456789ab 0123456789ab")
SCORED = FilmFindings(
    {1: 1200, 2: 900},
    probability=0.4218,
    low=0.35,
    high=0.5,
    threshold=0.2988,
    decision="suspicious",
    reasons=("opacity, right upper zone, 0.83", "lesions (+1.20)", "despite lungs, brightness (-0.30)"),
    flags=("the network is unsure",),
    marks=(LesionMark(20.5, 30.25, 0.83, "right_upper"), LesionMark(70, 60, 0.61, "")),
)
NOT_SCORED = FilmFindings({}, threshold=0.2988, flags=("lungs in pieces",), no_score="lungs in pieces")


@pytest.fixture
def film(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 4096, (96, 72))
    identity = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    return save_dicom(tmp_path / "film.dcm", pixels, SpecificCharacterSet=["", "ISO 2022 IR 87"], **identity)


def _segmentation(header):
    labels = np.zeros((header.Columns, header.Rows), np.uint8)
    labels[4:30, 10:60], labels[40:66, 12:64] = 1, 2
    return lung_segmentation(header, labels, ALGORITHM)


def _report(film, findings, lungs=True):
    header = read_header(film)
    return screening_report(header, _segmentation(header) if lungs else None, findings, ALGORITHM)


def _measured(report):
    """Return all numbers and texts of a report, by code meaning."""
    found = {}
    for item in report.iterall():
        if item.keyword == "ContentSequence":
            for content in item.value:
                name = content.ConceptNameCodeSequence[0].CodeMeaning if "ConceptNameCodeSequence" in content else ""
                if content.ValueType == "NUM":
                    value = content.MeasuredValueSequence[0]
                    unit = value.MeasurementUnitsCodeSequence[0].CodeValue
                    found.setdefault(name, []).append((float(value.NumericValue), unit))
                elif content.ValueType in ("TEXT", "CODE"):
                    text = content.get("TextValue") or content.ConceptCodeSequence[0].CodeMeaning
                    found.setdefault(name, []).append(text)
    return found


@needs_dciodvfy
@pytest.mark.parametrize(("findings", "lungs"), [(SCORED, True), (NOT_SCORED, False), (NOT_SCORED, True)])
def test_report_is_valid_dicom(film, tmp_path, findings, lungs):
    assert errors_of(_report(film, findings, lungs), tmp_path) == []


def test_score_interval_threshold_and_reasons_are_read_back(film, tmp_path):
    _report(film, SCORED).save_as(tmp_path / "sr.dcm")
    found = _measured(hd.sr.srread(tmp_path / "sr.dcm"))
    assert found["Tuberculosis score, calibrated probability"] == [(0.4218, "1")]
    assert found["Tuberculosis score, lower limit of the 95% interval"] == [(0.35, "1")]
    assert found["Tuberculosis score, upper limit of the 95% interval"] == [(0.5, "1")]
    assert found["Tuberculosis score, threshold of the decision"] == [(0.2988, "1")]
    assert found["Tuberculosis score, decision at the threshold"] == ["suspicious"]
    assert found["Reason of the tuberculosis score"] == list(SCORED.reasons)
    assert found["Quality flag"] == ["the network is unsure"]
    assert found["Intended use"] == ["Research use only. Not a medical device."]


def test_areas_are_in_pixels_without_spacing_and_in_mm2_with_it(film):
    unknown = _measured(_report(film, SCORED))
    assert unknown["Area"] == [(1200, "{pixels}"), (900, "{pixels}")]
    assert "states no spacing" in unknown["Spacing"][0]
    known = FilmFindings({1: 1200, 2: 900}, pixel_area_mm2=0.04, no_score="-")
    assert _measured(_report(film, known))["Area"] == [(48, "mm2"), (36, "mm2")]
    assert "Spacing" not in _measured(_report(film, known))
    detector = FilmFindings({1: 1200, 2: 900}, pixel_area_mm2=0.04, at_detector=True, no_score="-")
    assert "not corrected for magnification" in _measured(_report(film, detector))["Spacing"][0]


def test_film_without_a_score_has_no_probability(film):
    found = _measured(_report(film, NOT_SCORED, lungs=False))
    assert found["Tuberculosis score, decision at the threshold"] == ["no score"]
    assert found["Why there is no tuberculosis score"] == ["lungs in pieces"]
    assert not [name for name in found if "probability" in name or "interval" in name]
    assert math.isnan(NOT_SCORED.probability)


def test_lungs_reference_their_segments_and_the_film(film, tmp_path):
    header = read_header(film)
    segmentation = _segmentation(header)
    screening_report(header, segmentation, SCORED, ALGORITHM).save_as(tmp_path / "sr.dcm")
    groups = hd.sr.srread(tmp_path / "sr.dcm").content.get_planar_roi_measurement_groups()
    for group, number, code in zip(groups[:2], (1, 2), ("3341006", "44029006"), strict=True):
        segment, source = group.referenced_segmentation_frame
        assert segment.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == segmentation.SOPInstanceUID
        assert segment.ReferencedSOPSequence[0].ReferencedSegmentNumber == number
        assert source.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == header.SOPInstanceUID
        assert group.finding_type.value == code


def test_missing_lung_is_not_measured(film):
    one = FilmFindings({1: 1200, 2: 0}, no_score="left lung missing or tiny")
    header = read_header(film)
    labels = np.zeros((header.Columns, header.Rows), np.uint8)
    labels[4:30, 10:60] = 1
    report = screening_report(header, lung_segmentation(header, labels, ALGORITHM), one, ALGORITHM)
    assert _measured(report)["Area"] == [(1200, "{pixels}")]


def test_marks_are_circles_on_the_film(film, tmp_path):
    _report(film, SCORED).save_as(tmp_path / "sr.dcm")
    report = hd.sr.srread(tmp_path / "sr.dcm")
    first, second = report.content.get_planar_roi_measurement_groups()[2:]
    assert first.roi.value.tolist() == [[20.5, 30.25], [pytest.approx(20.5 + 96 / 40), 30.25]]
    assert [site.value.value for site in first.finding_sites] == ["3341006"] and second.finding_sites == []
    assert second.roi.value[1].tolist() == [pytest.approx(70 - 96 / 40), 60], "the circle's point is on the film"
    found = _measured(report)
    assert found["Lesion mark, probability of a lesion"] == [(0.83, "1"), (0.61, "1")]
    assert found["Zone of the lungs"] == ["right upper zone"]


@pytest.mark.parametrize("stored", [("L", "F"), ("R", "F"), ("L", "H"), ("R", "H"), ("F", "L"), ("H", "R"), ("F", "R")])
def test_marks_lie_on_the_stored_pixels_of_a_film_that_was_turned(tmp_path, stored):
    """A bright pixel, found on the upright film, is at the place that the report states in the stored one."""
    pixels = np.zeros((96, 72), int)
    pixels[20, 50] = 4000
    identity = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    film = save_dicom(tmp_path / "film.dcm", pixels, PatientOrientation=list(stored), **identity)
    upright, meta = read_film(film)
    (x,), (y,) = np.nonzero(upright == upright.max())
    findings = FilmFindings(
        {}, no_score="-", marks=[LesionMark(x + 0.5, y + 0.5, 0.9, "")], reoriented=meta["reoriented"]
    )
    report = screening_report(read_header(film), None, findings, ALGORITHM)
    report.save_as(tmp_path / "sr.dcm")
    (group,) = hd.sr.srread(tmp_path / "sr.dcm").content.get_planar_roi_measurement_groups()
    assert group.roi.value[0].tolist() == [50.5, 20.5]
