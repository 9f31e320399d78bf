"""The stages of an archive's run, one after the other in one process."""

import os
import shutil
from importlib.util import find_spec

import pandas as pd
import pytest

if not find_spec("ray"):  # chestxr.scale sets Ray up when it is imported
    pytest.skip("Ray is not installed", allow_module_level=True)

from chestxr.bundles import SCREENING_BUNDLE, bundle_folder
from chestxr.scale.film_travel import FilmTravel, pack, unpack
from chestxr.scale.ledger import Ledger
from chestxr.scale.source import list_source
from chestxr.scale.stages import OutlineFilms, StageSettings, finish_films, read_films
from tests.scale.archives import phantoms


@pytest.fixture
def settings(tmp_path) -> StageSettings:
    return StageSettings(str(bundle_folder(SCREENING_BUNDLE)), (("save_zone_map", False),), str(tmp_path / "out"))


def test_a_film_replaced_between_the_stages_is_not_measured_by_the_lungs_of_another(tmp_path, settings):
    folder = phantoms(tmp_path / "films", 3)
    paths = sorted(folder.iterdir())
    entry = {"travels": pack([FilmTravel(path.stem, str(path)) for path in paths[:2]])}
    outlined = OutlineFilms(settings, 1)(read_films(entry, settings))
    shutil.copy(paths[2], paths[0])
    replaced, kept = unpack(finish_films(outlined, settings)["travels"])
    assert "a file that changed while it was screened" in str(replaced.failure) and not replaced.failure.lasting
    assert replaced.row is None and kept.failure is None
    assert pd.notna(kept.row["score"])
    written = [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert written and not [name for name in written if name.startswith(paths[0].stem)]


def test_an_object_whose_name_is_not_utf8_is_a_row_like_others(tmp_path, settings):
    folder = phantoms(tmp_path / "films", 2)
    os.rename(folder / "film-1.png", os.fsencode(folder) + b"/latin-\xe9.png")
    travels = [FilmTravel(**item) for item in list_source(f"file://{folder}")]
    entry = finish_films(OutlineFilms(settings, 1)(read_films({"travels": pack(travels)}, settings)), settings)
    ledger = Ledger(tmp_path / "out")
    ledger.finish("000000", unpack(entry["travels"]))
    ledger.close()
    table = pd.read_parquet(ledger.table)
    assert sorted(table["film"]) == ["film-0", "latin-\\udce9"]
    assert sorted(table["image"]) == [f"file://{folder}/{name}.png" for name in ("film-0", "latin-\\udce9")]
