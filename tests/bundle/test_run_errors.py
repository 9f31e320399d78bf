"""Error messages of ``python -m monai.bundle run``."""

import subprocess
import sys
import warnings
from pathlib import Path

import monai.bundle
import pytest

from chestxr.bundle import SCREENING_BUNDLE, explain_errors
from tests.bundle.bundle_runs import BUNDLES, LESIONS, RESUNET, SMALL_NETWORK, UNET, config_files, training

pytestmark = pytest.mark.slow

ALL = pytest.mark.parametrize("bundle", [UNET, RESUNET, LESIONS, SCREENING_BUNDLE])
# Evaluation and training by several processes are added to train.json.
PROGRAMS = [path for path in sorted(BUNDLES.glob("*/configs/*.json")) if '"initialize"' in path.read_text()]


@pytest.fixture(autouse=True)
def own_hook(monkeypatch):
    """Start with Python's default exception hook, and restore pytest's afterwards."""
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)


def _lines(capsys, bundle, *names, **overrides) -> list[str]:
    """Run a bundle that fails, and return the lines of the standard error output."""
    overrides = {"bundle_root": str(BUNDLES / bundle)} | overrides
    try:
        monai.bundle.run(config_file=config_files(bundle, *names), **overrides)
    except SystemExit as error:
        return str(error).splitlines()
    except Exception:
        capsys.readouterr()
        sys.excepthook(*sys.exc_info())
        return capsys.readouterr().err.splitlines()
    raise AssertionError("nothing failed")


@ALL
@pytest.mark.parametrize("name", ["inference", "train"])
def test_missing_bundle_root_is_reported_in_one_line(bundle, name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (line,) = _lines(capsys, bundle, name, bundle_root=".", films="x")
    assert line.startswith("bundle_root .: found no configs/metadata.json") and "--bundle_root" in line


@pytest.mark.parametrize("path", PROGRAMS, ids=[f"{path.parts[-3]}-{path.stem}" for path in PROGRAMS])
def test_without_chestxr_one_line_says_how_to_install_it(path, monkeypatch, capsys):
    """A bundle may come alone, from the model zoo."""
    monkeypatch.setitem(sys.modules, "chestxr", None)
    (line,) = _lines(capsys, path.parts[-3], path.stem)
    assert line.startswith("this bundle needs the Python package chestxr: install it from its wheel")


@pytest.mark.parametrize(
    ("names", "overrides", "words"),
    [
        (("inference",), {"films": "/nowhere"}, "/nowhere: no such film or folder"),
        (("inference",), {"films": "FOLDER"}, "no films found"),
        (("inference",), {"checkpoint": "/nowhere.pt", "films": "FILM"}, "/nowhere.pt: No such file"),
        (("inference",), {"mask_format": ".jpg", "films": "FILM"}, ".jpg: expected one of .png"),
        (
            ("inference",),
            {"save_overlay": "perhaps", "films": "FILM"},
            'Got "perhaps", expected a value from: yes',
        ),
        (("train",), {"dataset_dir": "/nowhere"}, "/nowhere"),
        (("train",), {"split": "fold-9", "dataset_dir": "FOLDER"}, "fold-9: no such split"),
    ],
)
def test_known_errors_print_only_the_root_cause(names, overrides, words, collection, tmp_path, capsys):
    places = {"FOLDER": str(tmp_path), "FILM": str(next((collection / "CXR_png").iterdir()))}
    overrides = {name: places.get(value, value) for name, value in overrides.items()}
    (line,) = _lines(capsys, UNET, *names, **overrides, output_dir=str(tmp_path / "out"))
    assert words in line


def test_unexpected_error_prints_the_cause_before_the_traceback(tmp_path, capsys):
    lines = _lines(capsys, UNET, "inference", device="abacus", films=str(tmp_path))
    assert lines[0].startswith("the bundle stopped: Expected one of cpu") and "abacus" in lines[0]
    assert lines[0].endswith("; check the arguments, or report it with the traceback")
    assert lines[1].startswith("Traceback")


def test_existing_exception_hook_is_kept(monkeypatch):
    own = print
    monkeypatch.setattr(sys, "excepthook", own)
    explain_errors()
    assert sys.excepthook is own


def test_unwrapped_errors_keep_their_traceback(capsys):
    explain_errors()
    try:
        Path("/nowhere/table.csv").read_text()
    except OSError:
        sys.excepthook(*sys.exc_info())
    assert capsys.readouterr().err.startswith("Traceback")


@pytest.mark.parametrize(
    ("names", "setting"),
    [
        (("inference",), "checkpoint"),
        (("train", "evaluate"), "checkpoint"),
        (("train",), "initial_checkpoint"),
        (("train",), "last"),
    ],
)
def test_broken_weights_are_the_only_error_reported(names, setting, collection, tmp_path):
    """From the command line, Ignite, MONAI and torch print no error before, on either stream."""
    broken = tmp_path / "out" / ("last.pt" if setting == "last" else "broken.pt")
    broken.parent.mkdir()
    broken.write_bytes(b"broken")
    settings = training(collection, tmp_path / "out") | SMALL_NETWORK[UNET]
    settings |= {"films": str(next((collection / "CXR_png").iterdir()))} if names == ("inference",) else {}
    settings |= {} if setting == "last" else {setting: str(broken)}
    command = [sys.executable, "-m", "monai.bundle", "run", "--bundle_root", str(BUNDLES / UNET)]
    command += [
        "--config_file",
        str(config_files(UNET, *names)),
        *(f"--{key}={value}" for key, value in settings.items()),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr and "ERROR" not in done.stdout
    (line,) = [line for line in done.stderr.splitlines() if str(broken) in line]
    assert line.startswith(f"{broken}: ") and line == done.stderr.splitlines()[-1]


@ALL
def test_command_line_prints_only_the_root_cause(bundle, tmp_path):
    command = [sys.executable, "-m", "monai.bundle", "run", "--config_file", *config_files(bundle, "inference")]
    command += ["--bundle_root", str(BUNDLES / bundle), "--films", "/nowhere", "--output_dir", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    # MONAI first warns to run trusted configurations only.
    advice, *rest = done.stderr.splitlines()
    assert advice.startswith("parsing config_file")
    assert rest == ["/nowhere: no such film or folder; check the path"]
    assert not [word for word in ("nvImageCodec", "pykwalify", "terminating") if word in done.stdout + done.stderr]


@ALL
def test_transforms_are_built_without_library_warnings(bundle, recwarn):
    workflow = monai.bundle.create_workflow(
        config_file=config_files(bundle, "inference"), workflow_type="inference", bundle_root=str(BUNDLES / bundle)
    )
    with warnings.catch_warnings(record=True) as caught:
        workflow.parser.get_parsed_content("preprocessing")
        workflow.parser.get_parsed_content("postprocessing")
    assert not [warning for warning in caught if "nvImageCodec" in str(warning.message)]
