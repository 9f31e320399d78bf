"""A film that disappears between the listing and the reading."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from chestxr.cli import app
from tests.screening.ray.archives import changed_bundle, phantoms

pytestmark = pytest.mark.slow


def test_only_the_missing_film_fails_and_leaves_no_results(tmp_path):
    films, out = phantoms(tmp_path / "films", 3), tmp_path / "out"
    act = f"item['film'] == 'film-1' and __import__('os').remove({str(films / 'film-1.png')!r})"
    bundle = changed_bundle(tmp_path, act)
    arguments = ["screen", str(films), "--out", str(out), "--bundle", str(bundle), "--trust-bundle"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1, result.output
    rows = pd.read_parquet(out / "screening.parquet").set_index("film")
    assert "found no such file" in rows["reason"]["film-1"]
    assert list(rows.index[rows["status"] == "failed"]) == ["film-1"]
    assert {path.name for path in out.glob("*_lungs.png")} == {"film-0_lungs.png", "film-2_lungs.png"}
