"""A film's row lists every warning and reason once."""

from types import SimpleNamespace

import pytest

from chestxr.handlers.screening_row import screening_row

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
    screening = numbers | {"decision": "", "reasons": "", "threshold": 0.5, "no_score": no_score}
    result = {"screening": screening, "quality": {}, "quality_flags": flags}
    result["lungs"] = SimpleNamespace(meta={"filename_or_obj": "film.dcm"})
    row = screening_row({"film": "film"}, result)
    assert (row["status"], row["reason"]) == (status, reason)
