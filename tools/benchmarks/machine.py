"""The machine that figures were measured on, when, and by which code."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import torch

from chestxr.utils.provenance import package_versions

__all__ = ["MEASURED_BY", "machine"]


def machine() -> dict[str, object]:
    """Describe processor, cores, accelerator and versions."""
    told = {"processor": _processor(), "cores": os.cpu_count(), "versions": package_versions()}
    if torch.cuda.is_available():
        told["gpu"] = torch.cuda.get_device_name()
    return told


def _measured_by() -> dict[str, str]:
    """Tell the day, and the commit of the code, with "-dirty" if the code was changed since."""
    day = {"day": datetime.now(UTC).date().isoformat()}
    if not shutil.which("git"):
        return day | {"commit": "unknown"}
    commit = _git("rev-parse", "--short=12", "HEAD").stdout.strip() or "unknown"
    changed = _git("diff", "--quiet", "HEAD", "--", "chestxr", "bundles/*.json", "tools/benchmarks/*.py").returncode
    return day | {"commit": f"{commit}-dirty" if changed else commit}


def _git(*arguments: str) -> subprocess.CompletedProcess:
    repository = str(Path(__file__).parents[2])
    return subprocess.run(["git", "-C", repository, *arguments], capture_output=True, text=True, check=False)


def _processor() -> str:
    """Return the processor's name and the widest vectors that it computes with."""
    about = Path("/proc/cpuinfo")
    if not about.exists():
        return platform.processor() or platform.machine()
    lines = dict(line.split(":", 1) for line in about.read_text().splitlines() if ":" in line)
    lines = {name.strip(): value.strip() for name, value in lines.items()}
    known = lines.get("flags", "").split()
    widest = next((name for name in ("amx_bf16", "avx512f", "avx2", "avx") if name in known), "")
    return " ".join(filter(None, (lines.get("model name", platform.machine()), widest)))


# Of the program's start: what is committed while it measures has not measured anything.
MEASURED_BY = _measured_by()
