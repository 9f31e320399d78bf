"""A command imports what it uses, and nothing else: PyTorch and MONAI alone take seconds."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import chestxr

_STUBS = sorted(Path(chestxr.__file__).parent.rglob("__init__.pyi"))
_PROGRAM = """
import atexit, sys
atexit.register(lambda: print({name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)))
from chestxr.cli import app
app()
"""
_NETWORKS = {"torch", "monai", "ignite", "itk", "sklearn", "matplotlib", "scipy", "skimage", "tensorboard"}
# Beyond those that MONAI imports itself.
_SCREENING = {"SimpleITK", "highdicom", "jinja2", "radiomics", "typer", "xgboost"}
_INDIRECT = {"annotated_doc", "annotated_types", "markupsafe", "pydantic", "pydantic_core", "pykwalify", "ruamel"}
_INDIRECT |= {"shellingham", "six", "swig_runtime_data5", "typing_inspection"}


def _imported(*arguments: str | Path) -> set[str]:
    """Return the packages that a command has imported when it ends."""
    command = [sys.executable, "-c", _PROGRAM, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name for name in ast.literal_eval(done.stdout.splitlines()[-1]) if name}


@pytest.mark.parametrize("stub", _STUBS, ids=lambda stub: stub.parent.name)
def test_every_name_of_a_stub_exists(stub):
    package = import_module(".".join(("chestxr", *stub.parent.relative_to(_STUBS[0].parent).parts)))
    assert sorted(package.__all__) == sorted(_exported(stub))
    for name in package.__all__:
        assert getattr(package, name).__class__.__name__ != "module", f"{name} has the name of its module"


def _exported(stub: Path) -> list[str]:
    (names,) = (
        node.value
        for node in ast.parse(stub.read_text()).body
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__"
    )
    return ast.literal_eval(names)


@pytest.mark.slow
def test_screening_one_film_imports_what_it_uses(chest_dicom, tmp_path):
    program = "import sys, torch, monai; print({name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    found = _imported("screen", chest_dicom, "--out", tmp_path)
    beyond = found - ast.literal_eval(done.stdout) - set(sys.stdlib_module_names) - _INDIRECT
    assert beyond == _SCREENING | {"chestxr"}
    assert not _NETWORKS & _imported("screen", chest_dicom, "--out", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["screen", "features", "data", "tb", "pacs", "archive", "serve", "bundles"])
def test_help_imports_no_package_for_films(command):
    assert not (_NETWORKS | _SCREENING - {"typer"} | {"numpy", "pandas", "pydicom"}) & _imported(command, "--help")


@pytest.mark.slow
def test_bundles_are_listed_without_networks():
    assert not _NETWORKS & _imported("bundles")
