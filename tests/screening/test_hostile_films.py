"""Broken and valid films in one folder: the run finishes, each film has a row, and no patient data leak."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from chestxr.cli import app
from tools.fuzzing.mutations import draw_mutant, ending_of
from tools.fuzzing.seeds import SECRETS, make_seeds

pytestmark = pytest.mark.slow

BROKEN = 60
WHOLE = ("dicom/chest/explicit", "png/chest/grey8", "nifti/chest/nii")


@pytest.fixture(scope="module")
def screened(tmp_path_factory) -> tuple[Path, object]:
    folder, seeds = tmp_path_factory.mktemp("films"), make_seeds()
    for number in range(BROKEN):
        mutant = draw_mutant(seeds, 1, number)
        (folder / f"broken-{number}{mutant.ending}").write_bytes(mutant.content)
    for name in WHOLE:
        kind = name.split("/")[0]
        (folder / f"whole-{kind}{ending_of(name, seeds[name])}").write_bytes(seeds[name])
    out = tmp_path_factory.mktemp("run") / "out"
    return out, CliRunner().invoke(app, ["screen", str(folder), "--out", str(out)])


def test_every_film_has_one_row_and_valid_films_have_results(screened):
    out, result = screened
    assert result.exit_code == 1, result.stderr
    rows = pd.read_parquet(out / "screening.parquet").set_index("film")
    assert rows.index.is_unique and len(rows) == BROKEN + len(WHOLE)
    failed = rows["status"] == "failed"
    assert BROKEN / 2 < failed.sum() < BROKEN and rows["reason"][failed].str.contains("expected").all()
    assert not failed[[f"whole-{name.split('/')[0]}" for name in WHOLE]].any()
    masks = {path.name.removesuffix("_lungs.png") for path in out.glob("*_lungs.png")}
    assert masks == set(rows.index[~failed])
    assert not list(out.rglob(".part-*"))


def test_patient_data_are_only_in_the_dicom_objects(screened):
    out, result = screened
    said = [result.stdout, result.stderr]
    said += [path.read_text(errors="replace") for path in out.rglob("*") if path.suffix in (".csv", ".html", ".json")]
    said += [path.name for path in out.rglob("*")] + [pd.read_parquet(out / "screening.parquet").to_string()]
    assert len(said) > BROKEN
    for words in said:
        assert not any(secret in words.lower() for secret in SECRETS)
