"""The installed wheel works without the clone: tools/wheel.sh builds, installs and tests it."""

import email
import json
import os
import subprocess
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pydicom
import pytest
from PIL import Image

from tests.phantom import write_collection

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[1]
LESIONS = "cxr_tuberculosis_lesions"
BUNDLES = ("cxr_lung_segmentation_resunet", "cxr_lung_segmentation_unet", LESIONS, "cxr_tuberculosis_screening")
# Python executes a module named sitecustomize at the start of every process.
OFFLINE = """
import socket

def refuse(*args, **kwargs):
    open({attempts!r}, "a").write(f"{{args}}\\n")
    raise OSError("a network connection was opened")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""


@pytest.fixture(scope="module")
def place() -> Path:
    """The folder of the wheel and its environment."""
    if "CHESTXR_WHEEL" not in os.environ:
        pytest.skip("CHESTXR_WHEEL is not set: tools/wheel.sh tests the wheel")
    return Path(os.environ["CHESTXR_WHEEL"])


@pytest.fixture(scope="module")
def wheel(place) -> Path:
    [wheel] = place.glob("chestxr-*.whl")
    return wheel


@pytest.fixture(scope="module")
def package(place) -> Path:
    [package] = place.glob("environment/lib/python3.*/site-packages/chestxr")
    return package


@pytest.fixture
def run(place, package, tmp_path, monkeypatch):
    """Run a program of the environment offline, in an empty folder, and check that the package is not modified."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    attempts = tmp_path / "attempts"
    package.with_name("sitecustomize.py").write_text(OFFLINE.format(attempts=str(attempts)))
    (tmp_path / "empty").mkdir()
    before = _files(package)

    def run(program: str, *words: object, status: int = 0) -> subprocess.CompletedProcess:
        command = [place / "environment" / "bin" / program, *map(str, words)]
        done = subprocess.run(command, cwd=tmp_path / "empty", capture_output=True, text=True)
        assert done.returncode == status, done.stdout + done.stderr
        assert not attempts.exists(), attempts.read_text()
        return done

    yield run
    assert _files(package) == before


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "__pycache__" not in path.parts}


def _check_lungs(mask: Path, film: Path) -> None:
    header = pydicom.dcmread(film, stop_before_pixels=True)
    lungs = np.asarray(Image.open(mask))
    assert lungs.shape == (header.Rows, header.Columns)
    # Each lung covers at least a tenth of this film.
    assert set(np.unique(lungs)) == {0, 1, 2} and min((lungs == 1).mean(), (lungs == 2).mean()) > 0.1


def test_wheel_contains_the_committed_bundles(wheel):
    assert wheel.stat().st_size <= 48e6
    committed = subprocess.run(
        ["git", "ls-files", "bundles"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.split()
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("chestxr/bundle/shipped/")}
        assert packed == {name.replace("bundles", "chestxr/bundle/shipped", 1) for name in committed}
        for name in committed:
            content = archive.read(name.replace("bundles", "chestxr/bundle/shipped", 1))
            assert content == (REPOSITORY / name).read_bytes(), name


def test_wheel_contains_what_the_package_reads(wheel):
    tracked = subprocess.run(["git", "ls-files", "chestxr"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    guides = {".md", ".webp"}
    needed = {name for name in tracked.stdout.split() if Path(name).suffix not in guides} - {"chestxr/bundle/shipped"}
    with ZipFile(wheel) as archive:
        assert needed <= set(archive.namelist())


def test_wheel_metadata(wheel):
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
        about = email.message_from_bytes(archive.read(metadata))
    required = [entry for entry in about.get_all("Requires-Dist") if "extra ==" not in entry]
    assert any(entry.startswith("xgboost-cpu") for entry in required)
    assert (about["License"] or about["License-Expression"]) == "Apache-2.0"
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert about.get_payload().startswith("# chestxr")


def test_installed_package_is_imported(run, package):
    said = run("python", "-c", "import chestxr; print(chestxr.__file__)").stdout
    assert Path(said.strip()).parent.samefile(package)


def test_bundles_are_found(run, package):
    listed = run("chestxr", "bundles").stdout
    for name in BUNDLES:
        folder = Path(run("chestxr", "bundles", name).stdout.strip())
        assert folder.samefile(package / "bundle" / "shipped" / name) and str(folder) in listed


def test_a_film_is_screened(run, chest_dicom, tmp_path):
    out = tmp_path / "out"
    run("chestxr", "screen", chest_dicom, "--out", out)
    row = pd.read_csv(out / "screening.csv").iloc[0]
    assert row["status"] == "ok" and 0 < row["probability"] < 1
    _check_lungs(out / "RG1_UNCR_lungs.png", chest_dicom)
    assert (out / "report.html").is_file() and (out / "RG1_UNCR_sr.dcm").is_file()


def test_a_collection_is_split(run, tmp_path):
    write_collection(tmp_path / "films", 20)
    run("chestxr", "data", "split", tmp_path / "films", "--out", tmp_path / "split.json")
    split = json.loads((tmp_path / "split.json").read_text())
    assert sum(len(split[name]) for name in ("training", "validation", "test")) == 20


@pytest.mark.parametrize("name", BUNDLES)
def test_monai_runs_the_installed_bundle(run, name, chest_dicom, tmp_path):
    bundle, out = run("chestxr", "bundles", name).stdout.strip(), tmp_path / "out"
    words = ("--bundle_root", bundle, "--config_file", f"{bundle}/configs/inference.json")
    run("python", "-m", "monai.bundle", "run", *words, "--films", chest_dicom, "--output_dir", out)
    if name == LESIONS:
        assert (out / "RG1_UNCR_lesions.png").is_file()
        assert pd.read_csv(out / "films.csv").iloc[0]["status"] == "ok"
        return
    _check_lungs(out / "RG1_UNCR_lungs.png", chest_dicom)
    assert (out / "RG1_UNCR_overlay.png").is_file()
    if name == "cxr_tuberculosis_screening":
        assert 0 < pd.read_csv(out / "screening.csv").iloc[0]["probability"] < 1


def test_modified_installed_bundle_is_refused(run, package, chest_dicom):
    config = package / "bundle" / "shipped" / "cxr_tuberculosis_screening" / "configs" / "inference.json"
    content = config.read_bytes()
    config.write_bytes(content + b"\n")
    try:
        done = run("chestxr", "screen", chest_dicom, "--out", "out", status=2)
    finally:
        config.write_bytes(content)
    assert "--trust-bundle" in done.stderr
