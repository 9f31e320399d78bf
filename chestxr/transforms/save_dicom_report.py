"""Writers of DICOM objects that report the findings in the study of a film: SR and Secondary Capture."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from chestxr.io.dicom.guard import dicom_build_errors
from chestxr.io.dicom.secondary_capture import report_capture
from chestxr.io.dicom.segmentation import LUNG_CODES
from chestxr.io.dicom.structured_report import FilmFindings, screening_report
from chestxr.io.result_files import PICTURE, REPORT
from chestxr.utils.errors import FilmError
from chestxr.utils.silence import silence_libraries
from chestxr.visualize.marks import draw_marks
from chestxr.visualize.overlay import overlay_lungs, picture_of_film
from chestxr.visualize.report_picture import draw_report

from .save_dicom import SaveDicomTransform

__all__ = ["SaveDicomPictured", "SaveDicomReportd"]


class SaveDicomReportd(SaveDicomTransform):
    """
    Dictionary-based writing of the findings as a DICOM Structured Report, ``<film>_sr.dcm``.

    Use it after :py:class:`LungQualityd`, :py:class:`chestxr.tuberculosis.ScreenTuberculosisd` and
    :py:class:`SaveDicomSegmentationd`, whose results it reads from the item. Only DICOM films get one.

    Parameters
    ----------
    keys, output_dir, algorithm, uid_root
        As for :py:class:`SaveDicomTransform`.
    """

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Write the report; return the item with its name added to ``dicom_files``."""
        lungs, header = data[self.first_key(data)], data["dicom_header"]
        if header is None:
            return dict(data)
        findings = _findings(data, lungs)
        try:
            with dicom_build_errors(lungs.meta["filename_or_obj"]), silence_libraries():
                report = screening_report(header, data["dicom_segmentation"], findings, self.algorithm, self.uid_root)
                return self.save(data, report, REPORT)
        except FilmError as error:
            return self.flagged(data, error)


class SaveDicomPictured(SaveDicomTransform):
    """
    Dictionary-based writing of a picture of the result as a DICOM Secondary Capture, ``<film>_sc.dcm``.

    It shows what the report says to viewers that open no report: the film with the contours of the lungs and the lesion
    marks, the score, its reasons and the quality flags. Use it after the transforms that :py:class:`SaveDicomReportd`
    needs.

    Parameters
    ----------
    keys, output_dir, algorithm, uid_root
        As for :py:class:`SaveDicomTransform`.
    film_key : str, optional
        Key of the film at its original size, (1, W, H).
    """

    def __init__(self, *args: Any, film_key: str = "film_image", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.film_key = film_key

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Write the picture; return the item with its name added to ``dicom_files``."""
        lungs, header = data[self.first_key(data)], data["dicom_header"]
        if header is None:
            return dict(data)
        film = picture_of_film(np.asarray(data[self.film_key][0]))
        if data["is_chest"]:
            film = overlay_lungs(film, np.asarray(lungs[0]))
            film = draw_marks(film, data["screening"]["marks"], lungs.shape[1:])
        picture = draw_report(film, [*_lines(data), f"{self.algorithm.name} {self.algorithm.version}"])
        try:
            with dicom_build_errors(lungs.meta["filename_or_obj"]), silence_libraries():
                return self.save(data, report_capture(header, picture, self.algorithm, self.uid_root), PICTURE)
        except FilmError as error:
            return self.flagged(data, error)


def _lines(data: Mapping[Hashable, Any]) -> list[str]:
    """Return the score and its reasons, or why there is no score, and the quality flags as lines of text."""
    screening, flags = data["screening"], data["quality_flags"]
    if screening["no_score"]:
        lines = [f"No tuberculosis score: {screening['no_score']}"]
    else:
        interval = f"95% interval {screening['probability_low']:.2f} to {screening['probability_high']:.2f}"
        score = f"Tuberculosis score: probability {screening['probability']:.2f} ({interval})"
        decision = f"{screening['decision']} at the threshold of {screening['threshold']:.2f}"
        lines = [f"{score}, {decision}", f"Reasons (values with a sign are log odds): {screening['reasons']}"]
    return lines + ([f"Warning: {flags}"] if flags else [])


def _findings(data: Mapping[Hashable, Any], lungs: Any) -> FilmFindings:
    screening = data["screening"]
    numbers = {
        name: screening[key]
        for name, key in (("probability", "probability"), ("low", "probability_low"), ("high", "probability_high"))
        if screening[key] is not None
    }
    return FilmFindings(
        lung_pixels={label: int((lungs == label).sum()) for label in LUNG_CODES},
        pixel_area_mm2=float(np.prod(np.asarray(lungs.meta["pixel_spacing_mm"]))),
        at_detector=lungs.meta["pixel_spacing_source"] == "ImagerPixelSpacing",
        flags=data["quality_flags"].split("; ") if data["quality_flags"] else (),
        threshold=screening["threshold"],
        decision=screening["decision"],
        reasons=screening["reasons"].split("; ") if screening["reasons"] else (),
        marks=screening["marks"],
        reoriented=lungs.meta["reoriented"],
        no_score=screening["no_score"],
        **numbers,
    )
