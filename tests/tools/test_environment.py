"""tools/environment.sh installs what is requested, and only when needed."""

import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TOOLS = Path(__file__).parents[2] / "tools"
# Replaces Python: creates an environment with itself as interpreter, and records what is installed.
INTERPRETER = """#!/usr/bin/env bash
case "$*" in
"-m venv --clear .venv")
    rm -rf .venv
    mkdir -p .venv/bin
    cp "$0" .venv/bin/python
    touch .venv/bin/activate
    echo made >>log ;;
"-m pip install"*) echo "${@: -1}" >>log ;;
esac
"""


@pytest.fixture
def source(tmp_path):
    """Source environment.sh in a clone; return what it did."""
    (tmp_path / "interpreter").write_text(INTERPRETER)
    (tmp_path / "interpreter").chmod(0o755)
    shutil.copy(TOOLS / "environment.sh", tmp_path)
    for name in ("setup.cfg", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(name)

    def source(extra: str) -> list[str]:
        (tmp_path / "log").write_text("")
        script = f"set -euo pipefail; PYTHON=$PWD/interpreter; source environment.sh {extra}"
        subprocess.run(["bash", "-c", script], cwd=tmp_path, check=True, capture_output=True)
        return (tmp_path / "log").read_text().splitlines()

    return source


def test_dev_packages_are_added_to_the_demo_environment(source, tmp_path):
    assert source("demo") == ["made", ".[demo]"]
    assert source("demo") == []
    assert source("dev") == [".[dev]"]
    assert source("dev") == source("demo") == []
    (tmp_path / "constraints.txt").write_text("others")
    assert source("dev") == ["made", ".[dev]"]


@pytest.mark.parametrize(("script", "extra"), [("demo.sh", "demo"), ("test.sh", "dev"), ("wheel.sh", "dev")])
def test_scripts_request_the_extra_that_they_need(script, extra):
    assert f"\nsource tools/environment.sh {extra}\n" in (TOOLS / script).read_text()
