"""DICOM Structured Report (SR) of a film: lung areas, tuberculosis score, quality flags."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import highdicom as hd
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from chestxr.utils.lesion_mark import LesionMark
from chestxr.utils.provenance import Algorithm
from chestxr.utils.silence import silence_libraries

from .codes import NO_UNITS, PRIVATE_SCHEME
from .header import copy_patient_and_study, strip_patient_and_study
from .lesion_regions import mark_groups
from .segmentation import LUNG_CODES, MANUFACTURER, RESEARCH_USE
from .uid import DEFAULT_UID_ROOT, result_uid

__all__ = ["FilmFindings", "report_uid", "screening_report"]

_SERIES_NUMBER = 9002
_AREA = Code("42798000", "SCT", "Area")
_SQUARE_MM = Code("mm2", "UCUM", "mm2")
_PIXELS = Code("{pixels}", "UCUM", "pixels")
# The most specific code of DICOM PS3.16, CID 100, that its editions of 2019 and later share; the film has its own.
_PROCEDURE = Code("363679005", "SCT", "Imaging procedure")
_SEGMENTED_FILM = Code("121233", "DCM", "Source image for segmentation")
_TITLE = Code("126000", "DCM", "Imaging Measurement Report")
_EVALUATIONS = Code("C0034375", "UMLS", "Qualitative Evaluations")
_LIMITS = Code("intended-use", PRIVATE_SCHEME, "Intended use")
_FLAGS = Code("quality-flag", PRIVATE_SCHEME, "Quality flag")
_REASON = Code("tb-reason", PRIVATE_SCHEME, "Reason of the tuberculosis score")
_NO_SCORE = Code("tb-no-score", PRIVATE_SCHEME, "Why there is no tuberculosis score")
_SPACING = Code("spacing", PRIVATE_SCHEME, "Spacing")
_DEVICE = Code("121007", "DCM", "Device")
_PROBABILITY = Code("tb-prob", PRIVATE_SCHEME, "Tuberculosis score, calibrated probability")
_PROBABILITY_LOW = Code("tb-prob-low", PRIVATE_SCHEME, "Tuberculosis score, lower limit of the 95% interval")
_PROBABILITY_HIGH = Code("tb-prob-high", PRIVATE_SCHEME, "Tuberculosis score, upper limit of the 95% interval")
_THRESHOLD = Code("tb-threshold", PRIVATE_SCHEME, "Tuberculosis score, threshold of the decision")
_DECISION = Code("tb-decision", PRIVATE_SCHEME, "Tuberculosis score, decision at the threshold")
_DECISIONS = {
    "suspicious": Code("suspicious", PRIVATE_SCHEME, "suspicious"),
    "not suspicious": Code("not-suspicious", PRIVATE_SCHEME, "not suspicious"),
    "": Code("no-score", PRIVATE_SCHEME, "no score"),
}


@dataclass(frozen=True)
class FilmFindings:
    """
    Findings on a film, the content of its report.

    Attributes
    ----------
    lung_pixels : dict of int to int
        Area in pixels of the right (1) and the left (2) lung.
    pixel_area_mm2 : float
        Area in mm2 of a pixel; NaN when the film states no spacing.
    at_detector : bool
        Whether the spacing is that of the detector, not corrected for magnification.
    flags : sequence of str
        Flags of the quality check.
    probability, low, high : float
        Calibrated probability of tuberculosis and its 95% interval; NaN if there is no score.
    threshold : float
        Probability at and above which the decision is "suspicious".
    decision : str
        "suspicious", "not suspicious", or "" if there is no score.
    reasons : sequence of str
        The strongest contributions to the score, in words.
    no_score : str
        Why there is no score, "" if there is one.
    marks : sequence of LesionMark
        Likely lesion marks on the upright film.
    reoriented : str
        Steps that turned the film upright, as in its metadata.
    """

    lung_pixels: dict[int, int]
    pixel_area_mm2: float = math.nan
    at_detector: bool = False
    flags: Sequence[str] = ()
    probability: float = math.nan
    low: float = math.nan
    high: float = math.nan
    threshold: float = math.nan
    decision: str = ""
    reasons: Sequence[str] = ()
    no_score: str = ""
    marks: Sequence[LesionMark] = ()
    reoriented: str = ""


def screening_report(
    header: Dataset,
    segmentation: Dataset | None,
    findings: FilmFindings,
    algorithm: Algorithm,
    uid_root: str = DEFAULT_UID_ROOT,
) -> hd.sr.Comprehensive3DSR:
    """
    Build an Imaging Measurement Report (DICOM PS3.16, TID 1500) of a film's lungs and tuberculosis score.

    Lungs are measured in mm2 if the film states its spacing, otherwise in pixels, each in a group for a planar region
    (TID 1410). So is each lesion mark, a circle on the film (SCOORD). The score of the whole image is in a group of its
    own (TID 1501). Research results, score and marks are coded in a private scheme, not as findings of the disease. The
    report is a Comprehensive 3D SR, as the AI Results profile of IHE asks for, although it has no 3D coordinates.

    Parameters
    ----------
    header : pydicom.Dataset
        The film's header, as returned by :py:func:`read_header`.
    segmentation : pydicom.Dataset or None
        The lungs, as returned by :py:func:`lung_segmentation`; None if none were found.
    findings : FilmFindings
        The findings to report.
    algorithm : Algorithm
        The algorithm that produced them.
    uid_root : str, optional
        Prefix of new UIDs.

    Returns
    -------
    highdicom.sr.Comprehensive3DSR
    """
    uid_of = partial(result_uid, header.SOPInstanceUID, algorithm, root=uid_root)
    with silence_libraries():
        identification = hd.sr.AlgorithmIdentification(algorithm.name, algorithm.version)
        groups = _lung_groups(header, segmentation, findings, identification, uid_of) if segmentation else []
        groups += mark_groups(header, findings.marks, findings.reoriented, identification, uid_of)
        groups.append(_score_group(header, findings, identification, uid_of("score")))
        content = hd.sr.MeasurementReport(
            observation_context=_observed_by(algorithm, uid_of("device")),
            procedure_reported=_PROCEDURE,
            imaging_measurements=groups,
            title=_TITLE,
        )
        content[0].ContentSequence.append(_evaluations(findings))
        items = content[0].ContentSequence
        content[0].ContentSequence = hd.sr.ContentSequence()
        report = hd.sr.Comprehensive3DSR(
            evidence=[strip_patient_and_study(header), *([segmentation] if segmentation else [])],
            content=content,
            series_instance_uid=uid_of("report series"),
            series_number=_SERIES_NUMBER,
            sop_instance_uid=uid_of("report"),
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=algorithm.name,
            software_versions=algorithm.version,
            is_complete=True,
            is_final=False,
            series_description="Lungs and tuberculosis score. Research use only",
        )
        # highdicom copies the content that it is given, parses it and searches it twice: half of the time of a report.
        report.ContentSequence = items
        report.CodingSchemeIdentificationSequence = [_scheme()]
        copy_patient_and_study(report, header)
    return report


def report_uid(film_uid: str, algorithm: Algorithm, uid_root: str = DEFAULT_UID_ROOT) -> str:
    """Return the SOP Instance UID of a film's report, known before the report exists: if an archive has it, skip."""
    return result_uid(film_uid, algorithm, "report", uid_root)


def _scheme() -> Dataset:
    """Return the item that identifies the private coding scheme."""
    scheme = Dataset()
    scheme.CodingSchemeDesignator = PRIVATE_SCHEME
    scheme.CodingSchemeName = "Codes of chestxr"
    scheme.CodingSchemeResponsibleOrganization = MANUFACTURER
    return scheme


def _observed_by(algorithm: Algorithm, uid: str) -> hd.sr.ObservationContext:
    device = hd.sr.DeviceObserverIdentifyingAttributes(
        uid=uid, name=algorithm.name, manufacturer_name=MANUFACTURER, model_name=algorithm.name
    )
    return hd.sr.ObservationContext(observer_device_context=hd.sr.ObserverContext(_DEVICE, device))


def _lung_groups(
    header: Dataset,
    segmentation: Dataset,
    findings: FilmFindings,
    identification: hd.sr.AlgorithmIdentification,
    uid_of: Callable[[str], str],
) -> list[hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations]:
    """Return a group for each lung found, its area in mm2 or, if the film states no spacing, in pixels."""
    film = hd.sr.SourceImageForSegmentation(header.SOPClassUID, header.SOPInstanceUID)
    known = math.isfinite(findings.pixel_area_mm2)
    groups = []
    for label, code in LUNG_CODES.items():
        pixels = findings.lung_pixels.get(label, 0)
        if not pixels:
            continue
        area = pixels * findings.pixel_area_mm2 if known else pixels
        group = hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=hd.sr.TrackingIdentifier(uid_of(code.meaning), code.meaning),
            referenced_segment=hd.sr.ReferencedSegmentationFrame(
                segmentation.SOPClassUID, segmentation.SOPInstanceUID, 1, label, film
            ),
            finding_type=code,
            algorithm_id=identification,
            measurements=[hd.sr.Measurement(_AREA, round(area, 1), _SQUARE_MM if known else _PIXELS)],
        )
        _correct_references(group)
        groups.append(group)
    return groups


def _correct_references(group: hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations) -> None:
    """
    Correct what highdicom writes about the referenced images.

    A segment number excludes a frame number (DICOM PS3.3, C.17.3.5), and the standard spells the meaning of the code in
    lower case.
    """
    for item in group[0].ContentSequence:
        if item.name == _SEGMENTED_FILM:
            item.ConceptNameCodeSequence[0].CodeMeaning = _SEGMENTED_FILM.meaning
        for reference in item.get("ReferencedSOPSequence", []):
            if "ReferencedSegmentNumber" in reference:
                reference.pop("ReferencedFrameNumber", None)


def _score_group(
    header: Dataset, findings: FilmFindings, identification: hd.sr.AlgorithmIdentification, uid: str
) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    measured = {
        _PROBABILITY: findings.probability,
        _PROBABILITY_LOW: findings.low,
        _PROBABILITY_HIGH: findings.high,
        _THRESHOLD: findings.threshold,
    }
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid, "Tuberculosis score"),
        algorithm_id=identification,
        measurements=None if findings.no_score else [_of_no_unit(code, value) for code, value in measured.items()],
        qualitative_evaluations=[hd.sr.QualitativeEvaluation(_DECISION, _DECISIONS[findings.decision])],
        source_images=[hd.sr.SourceImageForMeasurementGroup(header.SOPClassUID, header.SOPInstanceUID)],
    )


def _of_no_unit(code: Code, value: float) -> hd.sr.Measurement:
    return hd.sr.Measurement(code, round(value, 4), NO_UNITS)


def _evaluations(findings: FilmFindings) -> hd.sr.ContainerContentItem:
    """Return the text items: intended use, reasons, flags, a missing score, and the units of areas."""
    texts = [(_LIMITS, RESEARCH_USE)]
    texts += [(_REASON, reason) for reason in findings.reasons]
    texts += [(_FLAGS, flag) for flag in findings.flags]
    if findings.no_score:
        texts.append((_NO_SCORE, findings.no_score))
    if not math.isfinite(findings.pixel_area_mm2):
        texts.append((_SPACING, "The film states no spacing; areas are in pixels."))
    elif findings.at_detector:
        texts.append((_SPACING, "Areas are those at the detector, not corrected for magnification."))
    contains = hd.sr.RelationshipTypeValues.CONTAINS
    container = hd.sr.ContainerContentItem(_EVALUATIONS, relationship_type=contains)
    container.ContentSequence = [hd.sr.TextContentItem(code, text, contains) for code, text in texts]
    return container
