"""The command line interface."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from chestxr.cli import app
from tests.phantom import write_collection

run = CliRunner().invoke


def test_exit_status_of_check(collection, tmp_path):
    assert run(app, ["data", "check", str(collection)]).exit_code == 0
    write_collection(tmp_path, 4)
    next((tmp_path / "CXR_png").iterdir()).write_bytes(b"broken")
    result = run(app, ["data", "check", str(tmp_path)])
    assert result.exit_code == 1 and "unreadable" in result.output
    assert run(app, ["data", "check", str(tmp_path / "nowhere")]).exit_code == 2


def test_split_writes_a_datalist(tmp_path):
    write_collection(tmp_path, 40)
    result = run(app, ["data", "split", str(tmp_path), "--out", str(tmp_path / "split.json"), "--fold", "2"])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "split.json").read_text().count('"film"') == 40


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["check", "nowhere"], "no such folder"),
        (["split", "FILMS", "--out", "out.json", "--fold", "9"], "expected 0 to 4"),
        (["split", "FILMS", "--out", "out.json", "--train-on", "montgomery"], "montgomery, shenzhen"),
        (["split", "FILMS", "--out", "BAD", "--fold", "0"], "BAD"),
        (["show", "FILMS", "--out", "out.png", "--augment", "--bundle", "nowhere"], "give a bundle's folder"),
        (["show", "BAD", "--out", "out.png"], "found no image that chestxr reads"),
        (["show", "BAD", "--out", "out.png", "--augment"], "no film has a mask"),
        (["show", "MASKED", "--out", "out.png", "--augment"], "found no image that chestxr reads"),
    ],
)
def test_user_errors_print_one_line_and_exit_with_status_2(collection, tmp_path, monkeypatch, command, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILMS").symlink_to(collection)
    (tmp_path / "bundles").symlink_to(Path(__file__).parents[1] / "bundles")
    for name in ("BAD/film.png", "MASKED/film.png", "MASKED/masks/film.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("no film")
    result = run(app, ["data", *command])
    assert result.exit_code == 2 and message in result.stderr.splitlines()[-1] and "Traceback" not in result.output
    assert not (tmp_path / "out.png").exists() and not (tmp_path / "out.json").exists()


def test_a_missing_file_of_the_site_is_named(collection, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "image,tuberculosis\n" + "".join(f"{path},{path.stem[-1]}\n" for path in collection.glob("CXR_png/*.png"))
    )
    scale = tmp_path / "site.json"
    files = ["--labels", str(labels), "--site-scale", str(scale), "--out", str(tmp_path / "out")]
    result = run(app, ["tb", "calibrate", str(collection), *files])
    assert result.exit_code == 2 and result.stderr.splitlines()[-1] == f"{scale}: No such file or directory"


def test_help_joins_the_lines_of_a_paragraph(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = [line.strip() for line in run(app, ["screen", "--help"]).output.splitlines()]
    assert "one row per film; FILM_lungs.png, each film's lung mask (0 background, 1" in lines


@pytest.mark.parametrize("extra", [[], ["--augment", "--films", "2"]])
def test_show_draws_a_sheet(collection, tmp_path, extra):
    result = run(app, ["data", "show", str(collection), "--out", str(tmp_path / "sheet.png"), *extra])
    assert result.exit_code == 0, result.output
    sheet = Image.open(tmp_path / "sheet.png").convert("RGB")
    colours = {colour for _, colour in sheet.getcolors(sheet.width * sheet.height)}
    assert {(230, 159, 0), (86, 180, 233)} <= colours


def test_bundles_are_listed_and_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    listed = run(app, ["bundles"]).output
    for name in ("cxr_lung_segmentation_unet", "cxr_tuberculosis_lesions", "cxr_tuberculosis_screening"):
        folder = run(app, ["bundles", name]).output
        assert Path(folder.removesuffix("\n"), "configs", "inference.json").is_file()
        assert name in listed and folder in listed
    assert "XGBoost gives a calibrated tuberculosis score" in listed
    result = run(app, ["bundles", "nowhere"])
    assert result.exit_code == 2 and "expected one of cxr_lung_segmentation_resunet, " in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("package", ["xgboost", "pandas", "imagecodecs"])
def test_a_missing_package_is_named(package, chest_dicom, tmp_path):
    """Packages that are imported when a bundle is opened, by a command, and with a film."""
    missing = f"No module named {package!r}"
    (tmp_path / f"{package}.py").write_text(f"raise ModuleNotFoundError({missing!r}, name={package!r})")
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[1])])
    command = [sys.executable, "-c", "from chestxr.cli import app; app()", "screen", str(chest_dicom), "--out", "out"]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert done.stderr.splitlines()[-1].startswith(f"{package}: this Python package is missing"), done.stderr
    assert "pip install" in done.stderr and "Traceback" not in done.stderr and "memory" not in done.stderr


def test_command_line_imports_no_heavy_package():
    """Heavy packages are imported only when a command needs them."""
    program = "import sys, chestxr.cli; print([name for name in ('torch', 'monai', 'pandas') if name in sys.modules])"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
