"""Every package that chestxr imports is a declared dependency: the tests' environment has more."""

import ast
import re
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import chestxr

_ROOT = Path(chestxr.__file__).parent
# Installed by an extra, and imported on request only.
_OF_EXTRAS = {"ray", "fsspec", "onnx", "onnxscript", "onnxruntime", "starlette", "uvicorn"}


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def _plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_every_package_that_is_imported_is_required():
    required = {_plain(re.match(r"[\w.-]+", entry)[0]) for entry in requires("chestxr") if "extra ==" not in entry}
    imported = set().union(*map(_imported, _ROOT.rglob("*.py"))) - set(sys.stdlib_module_names) - {"chestxr"}
    brought_by = packages_distributions()
    missing = {name for name in imported - _OF_EXTRAS if not required & set(map(_plain, brought_by.get(name, [])))}
    assert "numpy" in imported and not missing


def test_both_xgboost_distributions_have_the_same_version():
    """Two distributions install the same files; the platform decides which one is required."""
    lines = (_ROOT.parent / "constraints.txt").read_text().splitlines()
    assert len({line.partition("==")[2] for line in lines if line.startswith("xgboost")}) == 1
    required = [entry for entry in requires("chestxr") if _plain(entry).startswith("xgboost")]
    assert len(required) == 2 and all("sys_platform" in entry and "extra" not in entry for entry in required)
