"""Validate DICOM objects with dciodvfy (Debian's dicom3tools) and PixelMed's validators (libpixelmed-java)."""

import shutil
import subprocess
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

_KINDS = ("Segmentation", "Comprehensive3DSR", "GrayscaleSoftcopyPresentationState", "SCImage")
_JARS = Path("/usr/share/java")
_PIXELMED = ("pixelmed", "commons-codec", "commons-net", "hsqldb", "jaxb-api", "jmdns", "javax.json", "slf4j-api")
_PIXELMED += ("slf4j-nop", "vecmath")
# Java limits the expressions of a style sheet; those of the validators are longer.
_NO_LIMITS = [f"-Djdk.xml.xpath{name}Limit=0" for name in ("ExprOp", "TotalOp", "ExprGrp")]

needs_dciodvfy = pytest.mark.skipif(not shutil.which("dciodvfy"), reason="needs dciodvfy: apt-get install dicom3tools")
needs_pixelmed = pytest.mark.skipif(
    not (shutil.which("java") and (_JARS / "pixelmed.jar").exists()),
    reason="needs PixelMed: apt-get install libpixelmed-java default-jre-headless",
)


def dicom_errors(path: Path) -> list[str]:
    """Return the errors that dciodvfy finds in a file."""
    run = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, errors="replace", check=False)
    assert any(kind in run.stderr for kind in _KINDS), run.stderr
    return [line for line in run.stderr.splitlines() if line.startswith("Error")]


def errors_of(dataset: Dataset, folder: Path) -> list[str]:
    """Write an object and return the errors that dciodvfy finds in it."""
    dataset.save_as(folder / "judged.dcm")
    return dicom_errors(folder / "judged.dcm")


def pixelmed_errors(dataset: Dataset, folder: Path, validator: str) -> list[str]:
    """Write an object and return the errors that DicomSRValidator or DicomInstanceValidator finds in it."""
    path = folder / "judged.dcm"
    dataset.save_as(path)
    jars = ":".join(str(_JARS / f"{name}.jar") for name in _PIXELMED)
    command = ["java", *_NO_LIMITS, "-cp", jars, f"com.pixelmed.validate.{validator}", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert "IOD validation complete" in run.stdout, run.stdout + run.stderr
    return [line for line in run.stdout.splitlines() if line.startswith("Error")]
