"""A film's row lists every warning and reason once."""

from types import SimpleNamespace

import pytest

from chestxr.handlers.screening_row import screening_row
from chestxr.utils.lesion_mark import LesionMark

NO_RESULT = "no DICOM result: a header that makes no sense"


@pytest.mark.parametrize(
    ("no_score", "flags", "status", "reason"),
    [
        ("", "", "ok", ""),
        ("", "lungs in pieces", "warning", "lungs in pieces"),
        ("one lung; in pieces", f"one lung; in pieces; {NO_RESULT}", "no score", f"one lung; in pieces; {NO_RESULT}"),
        ("too few pixels", NO_RESULT, "no score", f"too few pixels; {NO_RESULT}"),
    ],
)
def test_reason_lists_missing_score_and_warnings(no_score, flags, status, reason):
    numbers = dict.fromkeys(("score", "probability", "probability_low", "probability_high", "outlying_features"))
    screening = numbers | {"decision": "", "reasons": "", "marks": [], "threshold": 0.5, "no_score": no_score}
    result = {"screening": screening, "quality": {}, "quality_flags": flags}
    result["lungs"] = SimpleNamespace(meta={"filename_or_obj": "film.dcm"})
    row = screening_row({"film": "film"}, result)
    assert (row["status"], row["reason"]) == (status, reason)


def test_marks_have_their_zone_probability_and_place():
    marks = [LesionMark(412.4, 133.6, 0.834, "right_upper"), LesionMark(90, 70, 0.5, "")]
    screening = dict.fromkeys(("score", "probability", "probability_low", "probability_high", "outlying_features"), 0.5)
    screening |= {"decision": "suspicious", "reasons": "", "marks": marks, "threshold": 0.5, "no_score": ""}
    lungs = SimpleNamespace(meta={"filename_or_obj": "film.dcm"})
    row = screening_row({"film": "film"}, {"screening": screening, "quality": {}, "quality_flags": "", "lungs": lungs})
    assert row["marks"] == "opacity, right upper zone, 0.83, at 412 134; opacity, small lung, 0.50, at 90 70"
