"""Only shipped or trusted bundles are run, and no code is executed from models."""

import json
import pickle
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder, folders, shipped_bundles, trust
from chestxr.cli import app
from chestxr.tuberculosis import TuberculosisClassifier
from chestxr.tuberculosis.site_scaler import LEAST_FILMS
from chestxr.utils.provenance import sha256
from tests.phantom import chest_film

pytestmark = pytest.mark.slow

SHIPPED = bundle_folder(SCREENING_BUNDLE)
COMMANDS = {
    "screen": ["screen", "FILM", "--out", "out"],
    "archive": ["archive", "FILM", "--out", "out"],
    "adapt": ["tb", "adapt", "FILMS", "--out", "site.json"],
    "pacs": ["pacs", "screen", "http://127.0.0.1:9"],
    "show": ["data", "show", "COLLECTION", "--out", "sheet.png", "--augment"],
}


class _Touch:
    """An object that creates a file when unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.fixture
def trace(tmp_path) -> Path:
    """The file that exists once code was executed."""
    return tmp_path / "executed"


@pytest.fixture
def copied(tmp_path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "download"))


@pytest.fixture
def hostile(copied, trace) -> Path:
    """A copy of the screening bundle whose configurations create a file when evaluated."""
    touch = f"$open({str(trace)!r}, 'w') is None"
    program = json.loads((SHIPPED / "configs" / "inference.json").read_text())
    program["initialize"].insert(0, touch)
    (copied / "configs" / "inference.json").write_text(json.dumps(program))
    transforms = [{"_target_": "Identityd", "keys": "image", "_disabled_": touch}]
    program = {"train": {"deterministic_transforms": transforms, "random_transforms": []}}
    (copied / "configs" / "train.json").write_text(json.dumps(program))
    return copied


def _run(command: str, bundle: Path, collection: Path, *options: str):
    films = bundle.parent / "films"
    films.mkdir(exist_ok=True)
    for number in range(LEAST_FILMS):
        Image.fromarray(chest_film(seed=number)[0].T.astype("uint8")).save(films / f"{number}.png")
    places = {"FILM": str(films / "0.png"), "FILMS": str(films), "COLLECTION": str(collection)}
    words = [places.get(word, word) for word in COMMANDS[command]]
    return CliRunner().invoke(app, [*words, "--bundle", str(bundle), *options])


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_refuse_untrusted_bundles(command, hostile, trace, collection, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = _run(command, hostile, collection)
    assert result.exit_code == 2 and "--trust-bundle" in result.stderr and "Traceback" not in result.output
    assert "expressions that would run as Python" in result.stderr
    assert not trace.exists() and not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["screen", "adapt", "show"])
def test_trust_bundle_option_runs_an_untrusted_bundle(command, hostile, trace, collection, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _run(command, hostile, collection, "--trust-bundle")
    assert trace.exists()


def test_untrusted_folder_named_as_a_shipped_bundle_is_refused(hostile, tmp_path, monkeypatch):
    (tmp_path / "bundles").mkdir()
    hostile.rename(tmp_path / "bundles" / SCREENING_BUNDLE)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PermissionError, match="is not shipped with chestxr"):
        bundle_folder(SCREENING_BUNDLE)


def test_identical_copy_is_trusted_without_executing_its_other_files(copied, trace, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    planted = f"open({str(trace)!r}, 'w')"
    (copied / "scripts").mkdir()
    for module in ("scripts/__init__.py", "olefile.py", "planted.py"):
        (copied / module).write_text(planted)
    handler = f"[handler_file]\nclass=FileHandler\nargs=({str(trace)!r}, 'w')\nformatter=all\n"
    sections = "[loggers]\nkeys=root\n[handlers]\nkeys=file\n[formatters]\nkeys=all\n[formatter_all]\n"
    (copied / "configs" / "logging.conf").write_text(f"{sections}{handler}[logger_root]\nhandlers=file\nlevel=INFO\n")
    assert bundle_folder(copied) == copied
    for command in ("screen", "adapt"):
        _run(command, copied, tmp_path)
        assert find_spec("planted") is None
    assert (tmp_path / "out" / "screening.csv").is_file()
    assert not trace.exists()


def test_modified_file_in_the_package_folder_is_refused(hostile, tmp_path, monkeypatch):
    """Trust depends on content, not on location."""
    (tmp_path / "package").mkdir()
    hostile.rename(tmp_path / "package" / SCREENING_BUNDLE)
    monkeypatch.setattr(folders, "_SHIPPED", tmp_path / "package")
    monkeypatch.chdir(tmp_path)
    for config in ("inference.json", "train.json"):
        with pytest.raises(PermissionError, match="is not shipped with chestxr"):
            bundle_folder(SCREENING_BUNDLE, config=config)


@pytest.mark.parametrize("name", shipped_bundles())
def test_shipped_bundles_are_trusted_in_any_folder(name, tmp_path):
    shutil.copytree(shipped_bundles()[name] / "configs", tmp_path / "configs")
    for config in ("inference.json", "train.json", "evaluate.json"):
        assert bundle_folder(tmp_path, config=config) == tmp_path
    (tmp_path / "configs" / "inference.json").write_bytes((tmp_path / "configs" / "train.json").read_bytes())
    with pytest.raises(PermissionError, match="is not shipped with chestxr"):
        bundle_folder(tmp_path)


def test_shipped_sha256_matches_the_files():
    top = SHIPPED.parent
    files = sorted(path for path in top.glob("*/configs/*") if path.is_file())
    listed = (Path(trust.__file__).parent / "shipped.sha256").read_text()
    assert listed == "".join(f"{sha256(path)}  {path.relative_to(top)}\n" for path in files), (
        "configurations were changed: update the list with python -m tools.bundles.build"
    )


def test_modified_metadata_is_refused(copied):
    metadata = copied / "configs" / "metadata.json"
    metadata.write_text(json.dumps(json.loads(metadata.read_text()) | {"x": "$import planted"}))
    with pytest.raises(PermissionError, match=r"metadata\.json: found a bundle that is not shipped with chestxr"):
        bundle_folder(copied)
    assert bundle_folder(copied, trusted=True) == copied


def test_weights_that_would_execute_code_are_refused(copied, trace, tmp_path):
    torch.save({"model": _Touch(trace)}, copied / "models" / "model.pt")
    result = _run("screen", copied, tmp_path, "--out", str(tmp_path / "out"))
    assert result.exit_code == 2 and "model.pt" in result.stderr, result.output
    assert not trace.exists()


def test_classifier_that_would_execute_code_is_refused(tmp_path, trace):
    path = tmp_path / "tuberculosis.json"
    path.write_bytes(pickle.dumps(_Touch(trace)))
    with pytest.raises(ValueError, match="no XGBoost model"):
        TuberculosisClassifier.load(path)
    assert not trace.exists()
