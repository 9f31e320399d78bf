"""Validate DICOM objects with dciodvfy from Debian's dicom3tools."""

import shutil
import subprocess
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

_KINDS = ("Segmentation", "Comprehensive3DSR", "GrayscaleSoftcopyPresentationState", "SCImage")

needs_dciodvfy = pytest.mark.skipif(not shutil.which("dciodvfy"), reason="needs dciodvfy: apt-get install dicom3tools")


def dicom_errors(path: Path) -> list[str]:
    """Return the errors that dciodvfy finds in a file."""
    run = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, errors="replace", check=False)
    assert any(kind in run.stderr for kind in _KINDS), run.stderr
    return [line for line in run.stderr.splitlines() if line.startswith("Error")]


def errors_of(dataset: Dataset, folder: Path) -> list[str]:
    """Write an object and return the errors that dciodvfy finds in it."""
    dataset.save_as(folder / "judged.dcm")
    return dicom_errors(folder / "judged.dcm")
