"""Permanent and transient failures of storing results."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

if not find_spec("ray"):  # chestxr.screening.ray sets Ray up when it is imported
    pytest.skip("Ray is not installed", allow_module_level=True)

from chestxr.screening.ray.upload import NotStoredError, store_results
from chestxr.utils.errors import FilmError
from tests.dicomweb.stub_archive import Answer, as_json, stub_archive
from tests.io.film_files import save_dicom


def _results(folder: Path, study: str = "1.2.3") -> Path:
    pixels = np.random.default_rng(0).integers(0, 4096, (96, 72))
    report = save_dicom(folder / "film_sr.dcm", pixels, StudyInstanceUID=study, SeriesInstanceUID="1.2.4")
    shutil.copy(report, folder / "film_seg.dcm")
    return folder / "film"


def _failure(stem: Path, stored: Answer) -> FilmError:
    with (
        stub_archive(lambda method, *_: as_json([]) if method == "GET" else stored) as url,
        pytest.raises(FilmError) as failed,
    ):
        store_results(stem, url)
    assert len(list(stem.parent.glob("film_*.dcm"))) == 2
    return failed.value


def _refusal(reason: int) -> Answer:
    return as_json({"00081198": {"vr": "SQ", "Value": [{"00081197": {"vr": "US", "Value": [reason]}}]}}, 409)


@pytest.mark.parametrize("stored", [_refusal(0xA700), _refusal(0x0110), Answer(), Answer(status=500)])
def test_archive_that_may_store_results_later_is_a_transient_failure(tmp_path, stored):
    failure = _failure(_results(tmp_path), stored)
    assert isinstance(failure, NotStoredError) and not failure.lasting


def test_rejected_results_are_a_permanent_failure(tmp_path):
    failure = _failure(_results(tmp_path), _refusal(0x0122))
    assert not isinstance(failure, NotStoredError) and failure.lasting


def test_invalid_study_uid_is_a_permanent_failure(tmp_path):
    failure = _failure(_results(tmp_path, "1.2.a4711"), Answer())
    assert not isinstance(failure, NotStoredError) and failure.lasting and "4711" not in str(failure)
