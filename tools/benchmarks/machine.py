"""Machine, date and code version of a measurement."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import torch

from chestxr.utils.atomic import write_text
from chestxr.utils.provenance import package_versions

__all__ = ["MEASURED_BY", "commit_of", "machine", "write_result"]


def write_result(path: Path, command: str, measured: Mapping[str, object]) -> None:
    """
    Write and print what a benchmark measured, with the command, the machine, the date and the commit.

    Parameters
    ----------
    path : pathlib.Path
        JSON file to write.
    command : str
        Name of the benchmark and its arguments.
    measured : mapping of str to object
        The measurements.
    """
    about = {"command": f"python -m tools.benchmarks.{command}", **machine(), **MEASURED_BY}
    text = json.dumps(about | dict(measured), indent=1)
    write_text(path, text + "\n")
    print(text)


def machine() -> dict[str, object]:
    """Return processor, cores, accelerator and package versions."""
    found = {"processor": _processor(), "cores": os.cpu_count(), "versions": package_versions()}
    if torch.cuda.is_available():
        found["gpu"] = torch.cuda.get_device_name()
    return found


def _measured_by() -> dict[str, str]:
    """Return the date and the commit."""
    return {"day": datetime.now(UTC).date().isoformat(), "commit": commit_of(Path(__file__).parents[2])}


def commit_of(tree: Path) -> str:
    """Return the commit of a work tree, with "-dirty" if what is measured was modified; "unknown" without git."""
    if not shutil.which("git"):
        return "unknown"
    commit = _git(tree, "rev-parse", "--short=12", "HEAD").stdout.strip() or "unknown"
    measured = ("chestxr", "bundles/*.json", "tools/benchmarks/*.py")
    changed = _git(tree, "diff", "--quiet", "HEAD", "--", *measured).returncode
    return f"{commit}-dirty" if changed else commit


def _git(tree: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(["git", "-C", str(tree), *arguments], capture_output=True, text=True, check=False)


def _processor() -> str:
    """Return the processor's name and its widest vector instructions."""
    about = Path("/proc/cpuinfo")
    if not about.exists():
        return platform.processor() or platform.machine()
    lines = dict(line.split(":", 1) for line in about.read_text().splitlines() if ":" in line)
    lines = {name.strip(): value.strip() for name, value in lines.items()}
    known = lines.get("flags", "").split()
    widest = next((name for name in ("amx_bf16", "avx512f", "avx2", "avx") if name in known), "")
    return " ".join(filter(None, (lines.get("model name", platform.machine()), widest)))


# Read at import: later commits are not what was measured.
MEASURED_BY = _measured_by()
