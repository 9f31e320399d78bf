"""The screening bundle: trained, evaluated and run on synthetic films, from its own JSON."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import monai.bundle
import numpy as np
import pandas as pd
import pydicom
import pytest
from monai.bundle import ConfigParser
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pydicom.data import get_testdata_file
from typer.testing import CliRunner

from chestxr.cli import app
from chestxr.data import find_masks, load_split
from chestxr.io import decode, read_film, read_mask
from chestxr.radiomics import REGIONS, FilmFeatures
from chestxr.screening.results.opened import open_with_records
from chestxr.screening.results.record import read_record
from chestxr.tuberculosis import TuberculosisClassifier
from chestxr.tuberculosis.site_scaler import SiteScaler
from chestxr.utils.provenance import sha256
from tests.bundle.bundle_runs import BUNDLES, config_files
from tests.io.dicom_validator import dicom_errors, needs_dciodvfy
from tests.phantom import write_collection

pytestmark = pytest.mark.slow

SCREENING = "cxr_tuberculosis_screening"
SHIPPED = BUNDLES / SCREENING / "models" / "tuberculosis.json"
SETTINGS = "imageType:\n  Original:\n    binWidth: 0.04\nfeatureClass:\n  shape2D:\n  firstorder:\n  ngtdm:\n"


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> Path:
    """80 synthetic films; those labelled tuberculosis have an opacity in one lung's upper zone."""
    root = tmp_path_factory.mktemp("screening")
    write_collection(root, 80)
    for item in load_split(root / "datalist.json", root)["training"] + load_split(root / "datalist.json", root)["test"]:
        if item["tuberculosis"]:
            picture = np.array(Image.open(item["image"])).astype(int)
            picture[28:52, 22:40] += 70
            Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(item["image"])
    return root


@pytest.fixture(scope="module")
def trained(films, tmp_path_factory) -> Path:
    """The output of train.json, lungs included."""
    output = tmp_path_factory.mktemp("trained")
    _run("train", **_training(films, output))
    return output


def _training(films: Path, output: Path) -> dict:
    settings = output / "settings.yaml"
    settings.write_text(SETTINGS)
    return {
        "dataset_dir": str(films),
        "split": str(films / "datalist.json"),
        "output_dir": str(output),
        "tensorboard_dir": str(output / "tensorboard"),
        "cache": str(output / "cache"),
        "feature_settings": str(settings),
        "fine_scales": [1.0],
        "sections": ["training"],
    }


def _settings(trained: Path) -> dict:
    """The overrides with which the trained classifier's features are measured."""
    settings = {"feature_settings": str(trained / "settings.yaml"), "fine_scales": [1.0]}
    return settings | {"classifier": str(trained / "tuberculosis.json")}


def shipped_hash() -> str:
    """Return the hash of the shipped settings."""
    config = ConfigParser(ConfigParser.load_config_files(config_files(SCREENING, "inference")))
    config["bundle_root"] = str(BUNDLES / SCREENING)
    return config.get_parsed_content("settings_hash")


def _run(*names: str, **overrides) -> None:
    monai.bundle.run(config_file=config_files(SCREENING, *names), bundle_root=str(BUNDLES / SCREENING), **overrides)


def test_training_learns_an_opacity_that_evaluation_detects(films, trained, tmp_path):
    classifier = TuberculosisClassifier.load(trained / "tuberculosis.json")
    assert len(classifier.about["films"]) == 48 and classifier.about["sites"] == ["montgomery", "shenzhen"]
    settings = _training(films, trained) | {"sections": ["test"], "output_dir": str(tmp_path)}
    settings |= {"lungs_dir": str(tmp_path / "lungs"), "classifier": str(trained / "tuberculosis.json")}
    _run("train", "evaluate", **settings)
    summary = json.loads((tmp_path / "summary.json").read_text())
    auc = next(row for row in summary["rows"] if row["metric"] == "auc" and row["site"] == "all")
    assert auc["value"] > 0.9 and auc["n"] == 16
    assert len(pd.read_csv(tmp_path / "scores.csv")) == 16
    assert Image.open(tmp_path / "scores.png").size[0] > 500
    assert list((trained / "tensorboard").glob("events*"))
    assert Image.open(trained / "held_out.png").size[0] > 500
    with pytest.raises(RuntimeError) as error:
        _run("train", "evaluate", **(settings | {"sections": ["training"], "lungs_dir": f"{trained}/lungs"}))
    assert "was trained on 48 of these films" in str(error.value.__cause__)


def test_repeated_training_reuses_the_lung_masks(films, trained):
    written = {path: path.stat().st_mtime_ns for path in (trained / "lungs").iterdir()}
    before = (trained / "tuberculosis.json").read_bytes()
    _run("train", **_training(films, trained))
    assert {path: path.stat().st_mtime_ns for path in (trained / "lungs").iterdir()} == written
    assert (trained / "tuberculosis.json").read_bytes() == before


def test_inference_scores_only_chest_films(films, trained, chest_dicom, leg_dicom, tmp_path):
    chest, leg = str(chest_dicom), str(leg_dicom)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no film")
    names = {"films": [chest, leg, str(bad)], "output_dir": str(tmp_path), "save_features": True}
    names |= _settings(trained)
    with pytest.raises(SystemExit) as exit_status:
        _run("inference", **names)
    assert exit_status.value.code == 1
    rows = pd.read_csv(tmp_path / "screening.csv").set_index("film")
    assert rows["status"]["RG1_UNCR"] in ("ok", "warning")
    ends = ("probability_low", "probability", "probability_high")
    low, probability, high = (rows[end]["RG1_UNCR"] for end in ends)
    assert 0 < low < probability < high < 1
    assert rows["decision"]["RG1_UNCR"] in ("suspicious", "not suspicious")
    assert rows["status"]["RG3_UNCR"] == "no score" and np.isnan(rows["score"]["RG3_UNCR"])
    assert rows["reason"]["RG3_UNCR"].startswith("not a frontal chest film")
    assert rows["status"]["bad"] == "failed" and "bad.png" in rows["reason"]["bad"]
    assert len(rows["classifier_sha256"]["RG1_UNCR"]) == 64
    assert len(pd.read_parquet(tmp_path / "screening.parquet")) == 3
    assert (tmp_path / "RG1_UNCR_zones.png").is_file() and not (tmp_path / "RG3_UNCR_zones.png").is_file()
    features = pd.read_parquet(tmp_path / "features.parquet").set_index("film")
    lungs = read_mask([find_masks(["RG1_UNCR"], tmp_path)["RG1_UNCR"]])[0]
    measure = FilmFeatures(trained / "settings.yaml", fine_scales=[1.0], regions=REGIONS, images=["rank"])
    alone = measure(read_film(chest)[0], lungs)
    np.testing.assert_allclose(features.loc["RG1_UNCR", list(alone)].astype(float), list(alone.values()), rtol=1e-9)


@needs_dciodvfy
def test_dicom_films_get_a_segmentation_and_a_report(trained, chest_dicom, leg_dicom, tmp_path):
    chest, leg = str(chest_dicom), str(leg_dicom)
    nameless = pydicom.dcmread(chest)
    del nameless.StudyInstanceUID
    nameless.save_as(tmp_path / "nameless.dcm")
    film = read_film(chest)[0].T
    Image.fromarray((255 * (film - film.min()) / np.ptp(film)).astype(np.uint8)).save(tmp_path / "picture.png")
    films = [chest, leg, str(tmp_path / "nameless.dcm"), str(tmp_path / "picture.png")]
    out = tmp_path / "out"
    _run(
        "inference", films=films, output_dir=str(out), save_dicom=True, uid_root="1.2.276.0.99999", **_settings(trained)
    )
    written = sorted(path.name for path in out.glob("*.dcm"))
    assert written == ["RG1_UNCR_seg.dcm", "RG1_UNCR_sr.dcm", "RG3_UNCR_sr.dcm"]
    assert not any(dicom_errors(out / name) for name in written)
    segmentation, report = (pydicom.dcmread(out / f"RG1_UNCR_{kind}.dcm") for kind in ("seg", "sr"))
    assert segmentation.SOPInstanceUID.startswith("1.2.276.0.99999.")
    assert segmentation.StudyInstanceUID == report.StudyInstanceUID == pydicom.dcmread(chest).StudyInstanceUID
    assert segmentation.SOPInstanceUID in str(report)
    lungs = read_mask([out / "RG1_UNCR_lungs.png"])[0]
    frames = segmentation.pixel_array
    assert ((lungs == 1) == frames[0].T).all() and ((lungs == 2) == frames[1].T).all()
    rows = pd.read_csv(out / "screening.csv").set_index("film")
    assert f"{rows['probability']['RG1_UNCR']:.4f}" in str(report)
    assert "no DICOM result: a DICOM film without StudyInstanceUID" in rows["reason"]["nameless"]


def test_a_film_is_read_once(trained, tmp_path, monkeypatch):
    """Mask, features, images, hash and DICOM results come from the same bytes: the file is deleted after reading."""
    film = Path(shutil.copy(get_testdata_file("RG1_UNCR.dcm", download=False), tmp_path / "film.dcm"))
    content = film.read_bytes()

    def read_and_remove(path: Path) -> bytes:
        path.unlink()
        return content

    monkeypatch.setattr(decode, "read_content", read_and_remove)
    out = tmp_path / "out"
    bundle = open_with_records(
        BUNDLES / SCREENING, _settings(trained) | {"save_dicom": True, "save_overlay": True}, out, "key"
    )
    assert bundle.run_film({"film": "film", "image": str(film)}) is None
    assert not film.exists()
    written = {path.name for path in out.iterdir()}
    assert {"film_lungs.png", "film_seg.dcm", "film_sr.dcm", "film_overlay.png"} <= written
    assert read_record(out, "film").film_sha256 == hashlib.sha256(content).hexdigest()


def test_score_of_a_degraded_film_has_a_warning(tmp_path):
    """The shipped classifier on the demo film: the masks remain stable, but the score changes."""
    film = read_film(get_testdata_file("RG1_UNCR.dcm", download=False))[0].T
    usual = Image.fromarray((255 * (film - film.min()) / np.ptp(film)).astype(np.uint8))
    blurred = usual.filter(ImageFilter.GaussianBlur(0.02 * usual.width))
    written, place = usual.copy(), (0.3 * usual.width, 0.45 * usual.height)
    font = ImageFont.load_default(size=0.08 * usual.height)
    ImageDraw.Draw(written).text(place, "AP ERECT", fill=255, font=font, anchor="mm")
    (tmp_path / "films").mkdir()
    for name, picture in {"usual": usual, "blurred": blurred, "written": written}.items():
        picture.save(tmp_path / "films" / f"{name}.png")
    _run("inference", films=str(tmp_path / "films"), output_dir=str(tmp_path / "out"), save_zone_map=False)
    rows = pd.read_csv(tmp_path / "out" / "screening.csv", keep_default_na=False).set_index("film")
    warned = rows["reason"].str.contains("unlike the films")
    assert warned.to_dict() == {"usual": False, "blurred": True, "written": True}
    assert (rows["status"][warned] == "warning").all() and (rows["probability"] != "").all()
    limit = ConfigParser.load_config_files(config_files(SCREENING, "inference"))["most_outlying_features"]
    assert (warned == (rows["outlying_features"] > limit)).all()


def test_classifier_trained_with_other_settings_is_refused(trained, tmp_path):
    with pytest.raises(RuntimeError) as error:
        _run("inference", films=get_testdata_file("RG1_UNCR.dcm", download=False), output_dir=str(tmp_path),
             classifier=str(trained / "tuberculosis.json"))  # fmt: skip
    causes = []
    while (error := getattr(error, "value", error)) is not None:
        causes.append(str(error))
        error = error.__cause__
    assert any("fitted on features from the settings" in cause for cause in causes)


def test_inference_runs_from_any_folder(trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    film = get_testdata_file("RG1_UNCR.dcm", download=False)
    settings = _settings(trained)
    _run("inference", films=film, output_dir="out", save_overlay=False, save_zone_map=False, **settings)
    assert sorted(os.listdir("out")) == ["RG1_UNCR_lungs.png", "screening.csv", "screening.parquet"]


def test_shipped_classifier_was_not_trained_on_test_films(real_films):
    classifier = TuberculosisClassifier.load(SHIPPED, shipped_hash())
    sections = load_split("default", real_films)
    names = {section: {item["film"] for item in items} for section, items in sections.items()}
    assert set(classifier.about["films"]) == names["training"] | names["validation"]
    assert not set(classifier.about["films"]) & names["test"]


def test_shipped_classifier_scores_the_demo_film(tmp_path):
    _run("inference", films=get_testdata_file("RG1_UNCR.dcm", download=False), output_dir=str(tmp_path))
    row = pd.read_csv(tmp_path / "screening.csv").iloc[0]
    assert row["status"] in ("ok", "warning") and 0 < row["probability"] < 1
    assert (row["decision"] == "suspicious") == (row["probability"] >= row["threshold"])
    assert row["reasons"].startswith("opacity, ") and row["marks"].startswith("opacity, ")
    assert row["classifier_sha256"] == sha256(SHIPPED)


def _check_views(expected: dict[Path, str], out: Path, frontal: list[Path]) -> None:
    """Screen with the shipped weights; check each film's reason, and that frontal films are scored."""
    pictures = {"save_overlay": False, "save_zone_map": False}
    _run("inference", films=[*map(str, (*expected, *frontal))], output_dir=str(out), **pictures)
    rows = pd.read_csv(out / "screening.csv", keep_default_na=False).set_index("film")
    for film, reason in expected.items():
        assert reason in rows["reason"][film.stem]
        assert rows["status"][film.stem] == ("warning" if "mirror" in reason else "no score")
    assert set(rows["status"][[film.stem for film in frontal]]) <= {"ok", "warning"}


def test_rotated_films_get_no_score_and_mirror_images_a_warning(real_films, tmp_path):
    expected = {}
    for item in load_split("default", real_films)["test"][::40]:
        film = Image.open(item["image"])
        for method, reason in (
            (Image.Transpose.ROTATE_270, "a film turned by 90 degrees clockwise"),
            (Image.Transpose.ROTATE_180, "a film upside down"),
            (Image.Transpose.ROTATE_90, "a film turned by 90 degrees anticlockwise"),
            (Image.Transpose.FLIP_LEFT_RIGHT, "looks like a mirror image"),
        ):
            path = tmp_path / f"{item['film']}_{method.name}.png"
            film.transpose(method).save(path)
            expected[path] = reason
    _check_views(expected, tmp_path / "out", [])


def test_only_frontal_chest_films_of_another_site_are_scored(real_films, tmp_path):
    others = real_films.parent / "others"
    if not others.is_dir():
        pytest.skip("no folder with other kinds of films next to the Montgomery and Shenzhen films")
    kinds = (
        ("turned_90", 25, "a film turned by 90 degrees"),
        ("lateral", 4, "a lateral film"),
        ("other_body_part", 1, "not a frontal chest film"),
    )
    found = {name: sorted((others / name).glob("*.png"))[::step] for name, step, _ in kinds}
    frontal = sorted((others / "frontal_nih").glob("no_finding_*.png"))[:4]
    assert all(found.values()) and frontal
    expected = {film: reason for name, _, reason in kinds for film in found[name]}
    _check_views(expected, tmp_path / "out", frontal)


def test_site_scale_is_estimated_from_unlabelled_films(real_films, tmp_path):
    films = [item["image"] for item in load_split("default", real_films)["test"]]
    montgomery = [path for path in films if "MCUCXR" in path][:11]
    (tmp_path / "films.txt").write_text("\n".join(montgomery))
    scale = tmp_path / "site.json"
    result = CliRunner().invoke(app, ["tb", "adapt", str(tmp_path / "films.txt"), "--out", str(scale)])
    assert result.exit_code == 0, result.output
    assert SiteScaler.load(scale, shipped_hash()).films >= 10
    scores = []
    for site_scale in (None, str(scale)):
        _run("inference", films=montgomery[0], output_dir=str(tmp_path), site_scale=site_scale)
        scores.append(pd.read_csv(tmp_path / "screening.csv")["score"][0])
    assert np.isfinite(scores).all() and scores[0] != scores[1]
    radiograph = get_testdata_file("RG1_UNCR.dcm", download=False)
    _run("inference", films=radiograph, output_dir=str(tmp_path), site_scale=str(scale), save_dicom=True)
    assert (tmp_path / "RG1_UNCR_seg.dcm").is_file() and (tmp_path / "RG1_UNCR_sr.dcm").is_file()


def test_too_few_films_for_a_site_scale_are_refused_before_they_are_measured(tmp_path, monkeypatch):
    monkeypatch.setattr("chestxr.bundle.workflow.BundleWorkflow", None)
    film = get_testdata_file("RG1_UNCR.dcm", download=False)
    result = CliRunner().invoke(app, ["tb", "adapt", film, "--out", str(tmp_path / "site.json")])
    assert result.exit_code == 2 and "1 films; expected 10 or more" in result.output
    assert not (tmp_path / "site.json").exists()
