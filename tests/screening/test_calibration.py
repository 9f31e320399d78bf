"""``chestxr tb calibrate`` on real films: page, table and threshold, and a run that uses the threshold."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from chestxr.cli import app
from chestxr.data import load_split

pytestmark = pytest.mark.slow


def _run(*arguments: object):
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture(scope="module")
def films(real_films, tmp_path_factory) -> Path:
    """Eleven test films of each class with a table of labels, and one film without a label."""
    folder = tmp_path_factory.mktemp("films")
    items = [item for item in load_split("default", real_films)["test"] if item["site"] == "shenzhen"]
    chosen = [item for label in (0, 1) for item in [i for i in items if i["tuberculosis"] == label][:11]]
    rows = []
    for item in chosen:
        shutil.copy(item["image"], folder)
        rows.append({"image": Path(item["image"]).name, "tuberculosis": item["tuberculosis"]})
        rows[-1] |= {"sex": item.get("sex", ""), "age_years": item.get("age_years")}
    shutil.copy(items[-1]["image"], folder)
    table = pd.DataFrame(rows).assign(image=[str(folder / row["image"]) for row in rows])
    table.to_csv(folder.parent / "labels.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def calibrated(films) -> tuple[Path, object]:
    out = films.parent / "out"
    labels = films.parent / "labels.csv"
    return out, _run("tb", "calibrate", films, "--labels", labels, "--out", out, "--prevalence", 0.02, "--processes", 2)


def test_threshold_reaches_the_sensitivity_on_the_films(films, calibrated):
    out, result = calibrated
    assert result.exit_code == 0, result.output
    labels = pd.read_csv(films.parent / "labels.csv").set_index("image")["tuberculosis"]
    scored = pd.read_csv(out / "screening.csv").set_index("image")
    assert len(scored) == 23
    joined = scored.join(labels, how="inner").dropna(subset="probability")
    threshold = json.loads((out / "threshold.json").read_text())
    called = joined["probability"] >= threshold["threshold"] - 1e-6
    assert called[joined["tuberculosis"] == 1].mean() >= 0.9
    assert threshold["positives"] + threshold["negatives"] == len(joined)
    rows = pd.read_csv(out / "thresholds.csv")
    counts = rows[["true_positive", "false_positive", "false_negative", "true_negative"]].sum(axis=1)
    assert (counts == len(joined)).all()
    page = (out / "calibration.html").read_text()
    for words in (
        "Research use only",
        "sensitivity 0.9 or more",
        "At a prevalence of 2%",
        "1 without a label",
        "women",
    ):
        assert words in page
    assert (out / "report.html").is_file()


def test_screening_decides_by_the_threshold_and_refuses_another_scale(films, calibrated, tmp_path):
    out, _ = calibrated
    threshold = json.loads((out / "threshold.json").read_text())["threshold"]
    film = sorted(films.glob("*.png"))[0]
    result = _run("screen", film, "--out", tmp_path / "out", "--site-threshold", out / "threshold.json")
    assert result.exit_code == 0, result.output
    row = pd.read_parquet(tmp_path / "out" / "screening.parquet").iloc[0]
    assert row["threshold"] == threshold
    assert (row["decision"] == "suspicious") == (row["probability"] >= threshold)
    (tmp_path / "scale.json").write_text("{}")
    options = ["--site-scale", tmp_path / "scale.json", "--site-threshold", out / "threshold.json"]
    result = _run("screen", film, "--out", tmp_path / "other", *options)
    assert result.exit_code == 2 and "found a threshold made with no site scale" in result.output
    assert not (tmp_path / "other").exists()


def test_results_are_used_again(films, calibrated):
    out, _ = calibrated
    before = {path: path.stat().st_mtime_ns for path in out.glob("*_lungs.png")}
    labels = films.parent / "labels.csv"
    result = _run("tb", "calibrate", films, "--labels", labels, "--out", out, "--specificity", 0.7)
    assert result.exit_code == 0, result.output
    assert before == {path: path.stat().st_mtime_ns for path in out.glob("*_lungs.png")}
    assert "specificity 0.7 or more" in (out / "calibration.html").read_text()


def test_results_of_a_screening_are_used_again_and_stay(films, tmp_path, monkeypatch):
    """A table that names the films by another way, a link in the path, and results by chestxr screen."""
    out = tmp_path / "out"
    assert _run("screen", films, "--out", out, "--processes", 2).exit_code == 0
    before = {path: path.stat().st_mtime_ns for path in out.glob("*_lungs.png")}
    (tmp_path / "link").symlink_to(films)
    table = pd.read_csv(films.parent / "labels.csv")
    table["image"] = [f"link/{Path(image).name}" for image in table["image"]]
    table.to_csv(tmp_path / "labels.csv", index=False)
    monkeypatch.chdir(tmp_path)
    result = _run("tb", "calibrate", films, "--labels", "../" + tmp_path.name + "/labels.csv", "--out", "out")
    assert result.exit_code == 0, result.output
    assert before == {path: path.stat().st_mtime_ns for path in out.glob("*_lungs.png")}


def test_films_that_cannot_be_read_are_listed(films, tmp_path):
    broken = tmp_path / "films"
    broken.mkdir()
    rows = [{"image": f"films/{number}.png", "tuberculosis": number % 2} for number in range(20)]
    for row in rows:
        (tmp_path / row["image"]).write_bytes(b"no film")
    pd.DataFrame(rows).to_csv(tmp_path / "labels.csv", index=False)
    result = _run("tb", "calibrate", broken, "--labels", tmp_path / "labels.csv", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "left out: 10 without tuberculosis, not read, 10 with tuberculosis, not read" in result.output
    assert "0.png: found" in result.output and not (tmp_path / "out" / "threshold.json").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table[:15], "found 4 films with tuberculosis and 11 without; expected 10 or more"),
        (lambda table: table.assign(image=["no.png", *table["image"][1:]]), "found none of the films"),
        (lambda table: table.assign(tuberculosis="yes"), "found no label under tuberculosis"),
        (lambda table: table.rename(columns={"image": "picture"}), "found no column image"),
        (lambda table: table.rename(columns={"tuberculosis": "TB"}), "found no column tuberculosis"),
    ],
)
def test_invalid_labels_are_refused_before_films_are_screened(films, tmp_path, change, message):
    table = change(pd.read_csv(films.parent / "labels.csv"))
    table.to_csv(tmp_path / "labels.csv", index=False)
    result = _run("tb", "calibrate", films, "--labels", tmp_path / "labels.csv", "--out", tmp_path / "out")
    assert result.exit_code == 2 and message in result.output
    assert not (tmp_path / "out").exists()


def test_labels_that_do_not_exist_and_two_targets_are_refused(films, tmp_path):
    result = _run("tb", "calibrate", films, "--labels", tmp_path / "labels.csv", "--out", tmp_path / "out")
    assert result.exit_code == 2 and "no such table of labels" in result.output
    both = ["--sensitivity", 0.9, "--specificity", 0.7]
    result = _run("tb", "calibrate", films, "--labels", films.parent / "labels.csv", "--out", tmp_path / "out", *both)
    assert result.exit_code == 2 and "not both" in result.output
