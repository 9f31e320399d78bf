"""README.md is short, and what it shows is true."""

import re
from pathlib import Path

import pandas as pd
import pytest

from chestxr import OpenBundle, bundle_folder, find_films, read_film

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture(scope="module")
def readme() -> str:
    return README.read_text()


@pytest.fixture(scope="module")
def radiograph() -> str:
    data = pytest.importorskip("pydicom.data")
    pytest.importorskip("data_store", reason="the extra demo is not installed")
    return data.get_testdata_file("RG1_UNCR.dcm", download=False)


def test_it_is_short(readme):
    assert len(readme.splitlines()) <= 165


def test_its_python_example_runs(readme, radiograph, tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    names: dict = {}
    for block in blocks:
        exec(block, names)
    assert "skipping logging" not in caplog.text
    film, lungs, image = names["film"], names["lungs"], names["image"]
    assert lungs.shape == film.shape == read_film(radiograph)[0].shape
    assert min((lungs == 1).mean(), (lungs == 2).mean()) > 0.1
    assert image.shape == (1, *film.shape) and 0 <= image.min() < image.max() <= 1
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"RG1_UNCR_overlay.png", "films.csv"}


def test_its_sample_row_is_what_the_bundle_returns(readme, radiograph, tmp_path):
    head, sample = re.search(r"^(\| film .*)\n\|-.*\n(\| RG1_UNCR .*)$", readme, re.MULTILINE).groups()
    shown = dict(zip(_cells(head), _cells(sample), strict=True))
    bundle = OpenBundle(
        bundle_folder("cxr_tuberculosis_screening"), output_dir=str(tmp_path), save_overlay=False, save_zone_map=False
    )
    assert bundle.run(find_films(radiograph)) == []
    row = pd.read_parquet(tmp_path / "screening.parquet").iloc[0]
    for name in ("film", "status", "decision", "reasons"):
        assert shown[name] == row[name]
    for name in ("probability", "probability_low", "probability_high", "threshold"):
        assert float(shown[name]) == pytest.approx(row[name], abs=0.006)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]
