"""The machine that figures were measured on, when, and by which code."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import torch

from chestxr.evaluation.versions import package_versions

__all__ = ["machine", "measured_by"]


def machine() -> dict[str, object]:
    """Describe processor, cores, accelerator and versions."""
    told = {"processor": _processor(), "cores": os.cpu_count(), "versions": package_versions()}
    if torch.cuda.is_available():
        told["gpu"] = torch.cuda.get_device_name()
    return told


def measured_by() -> dict[str, str]:
    """Tell the day, and the commit of the code, with "-dirty" if it was changed since."""
    described = ("git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=12")
    commit = subprocess.run(described, capture_output=True, text=True, check=False).stdout.strip()
    return {"day": datetime.now(UTC).date().isoformat(), "commit": commit or "unknown"}


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
