"""Feature tables: cache, resumption, and one row per failed film."""

import os
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from chestxr.cli import app
from chestxr.data import open_collection
from chestxr.radiomics import FilmToMeasure, measure_films, read_feature_table
from tests.radiomics.test_film_features import FAST

pytestmark = pytest.mark.slow

run = CliRunner().invoke


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("settings") / "fast.yaml"
    path.write_text(FAST)
    return path


@pytest.fixture
def films(collection) -> list[FilmToMeasure]:
    return [FilmToMeasure(film.name, film.image, film.masks) for film in open_collection(collection).films[:4]]


def test_second_run_uses_the_cache_and_a_changed_mask_does_not(films, settings, tmp_path):
    cache = tmp_path / "cache"
    first = {row["film"]: row for row in measure_films(films, cache, settings=settings)}
    stored = {path: path.stat().st_mtime_ns for path in cache.rglob("*.npy")}
    assert len(stored) == 4
    again = {row["film"]: row for row in measure_films(films, cache, processes=2, settings=settings)}
    assert again == first
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.npy")} == stored
    other = [FilmToMeasure("film", films[0].image, films[1].masks)]
    (row,) = measure_films(other, cache, settings=settings)
    assert row["lungs.original.firstorder.Mean"] != first[films[0].film]["lungs.original.firstorder.Mean"]


def test_two_caches_give_the_same_rows(films, settings, tmp_path):
    first, second = (list(measure_films(films[:1], tmp_path / name, settings=settings)) for name in ("a", "b"))
    assert first == second


def test_command_measures_good_films_and_lists_bad_ones(collection, settings, tmp_path):
    films = tmp_path / "films"
    (films / "masks").mkdir(parents=True)
    good = open_collection(collection).films[0]
    (films / "good.png").write_bytes(good.image.read_bytes())
    (films / "masks/good.png").write_bytes(good.masks[0].read_bytes())
    (films / "unmasked.png").write_bytes(good.image.read_bytes())
    (films / os.fsdecode(b"latin-\xe9.png")).write_bytes(good.image.read_bytes())
    (films / "broken.png").write_bytes(good.image.read_bytes()[:200])
    (films / "masks/broken.png").write_bytes(good.masks[0].read_bytes())
    common = ["--settings", str(settings), "--cache", str(tmp_path / "cache")]
    for name in ("features.parquet", "features.csv"):
        result = run(app, ["features", str(films), "--out", str(tmp_path / name), *common])
        assert result.exit_code == 1, result.output
        table = read_feature_table(tmp_path / name).set_index("film")
        assert list(table.index) == ["broken", "good", "latin-\\udce9", "unmasked"]
        assert "no mask" in table["error"]["unmasked"] and "broken.png" in table["error"]["broken"]
        assert table["error"]["good"] == "" and np.isfinite(table.loc["good"].iloc[3:].astype(float)).all()
    result = run(
        app, ["features", str(films / "good.png"), "--masks", str(films / "masks"), "--out", "x.xlsx", *common]
    )
    assert result.exit_code == 2 and ".parquet or .csv" in result.output


def test_table_with_other_settings_raises(films, settings, tmp_path, collection):
    out = tmp_path / "features.csv"
    command = ["features", str(collection), "--out", str(out), "--settings", str(settings)]
    assert run(app, [*command, "--cache", str(tmp_path / "cache")]).exit_code == 0
    with pytest.raises(ValueError, match=r"features from the settings .* expected 0000"):
        read_feature_table(out, "0" * 64)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="not a feature table"):
        read_feature_table(tmp_path / "other.csv")


def test_unwritable_cache_stops_the_run(collection, settings, tmp_path):
    (tmp_path / "cache").write_bytes(b"no folder")
    command = ["features", str(collection), "--out", str(tmp_path / "out.csv"), "--settings", str(settings)]
    result = run(app, [*command, "--cache", str(tmp_path / "cache")])
    assert result.exit_code == 2 and str(tmp_path / "cache") in result.output
    assert not (tmp_path / "out.csv").exists()
