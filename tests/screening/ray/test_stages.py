"""Stages of an archive run, one after the other in one process."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

if not find_spec("ray"):  # chestxr.screening.ray sets Ray up when it is imported
    pytest.skip("Ray is not installed", allow_module_level=True)

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.screening.ray.stages import SegmentFilms, StageSettings, finish_films, read_films
from chestxr.screening.ray.task import ImageTask, pack, unpack
from tests.screening.ray.archives import changed_bundle, phantoms

pytestmark = pytest.mark.slow


def _settings(bundle: Path, folder: Path) -> StageSettings:
    return StageSettings(str(bundle), (("save_zone_map", False),), str(folder / "out"))


def test_film_replaced_between_stages_does_not_change_the_result(tmp_path):
    settings = _settings(bundle_folder(SCREENING_BUNDLE), tmp_path)
    folder = phantoms(tmp_path / "films", 2)
    film, other = sorted(folder.iterdir())
    entry = {"tasks": pack([ImageTask("film", str(film))])}
    outlined = SegmentFilms(settings, 1)(read_films(entry, settings))
    (expected,) = unpack(finish_films(outlined, settings)["tasks"])
    shutil.copy(other, film)
    (replaced,) = unpack(finish_films(outlined, settings)["tasks"])
    assert replaced.failure is None and pd.notna(replaced.row["score"])
    assert replaced.row == expected.row


def test_unexpected_error_is_reported_by_its_location(tmp_path):
    bundle = changed_bundle(tmp_path, "{}['what the header said']")
    (film,) = phantoms(tmp_path / "films", 1).iterdir()
    entry = {"tasks": pack([ImageTask(film.stem, str(film))])}
    (failed,) = unpack(read_films(entry, _settings(bundle, tmp_path))["tasks"])
    assert failed.fault == "program" and not failed.failure.lasting
    assert "found an unexpected error (" in str(failed.failure) and "please report it" in str(failed.failure)
    assert "Error" not in str(failed.failure) and "header" not in str(failed.failure)


def test_invalid_bundle_stops_the_run_in_every_stage(tmp_path):
    bundle = changed_bundle(tmp_path, "0")
    config = bundle / "configs" / "inference.json"
    config.write_text(
        config.read_text().replace('"chestxr.io', '"not_there.io').replace('"chestxr.inf', '"not_there.inf')
    )
    settings = _settings(bundle, tmp_path)
    entry = {"tasks": pack([ImageTask("film", str(tmp_path / "film.png"))])}
    for stage in (
        lambda entry: read_films(entry, settings),
        lambda entry: SegmentFilms(settings, 1)(entry),
        lambda entry: finish_films(entry, settings),
    ):
        (stopped,) = unpack(stage(entry)["tasks"])
        assert "not_there: this Python package is missing" in stopped.stop and stopped.failure is None
