"""Folder of a fuzzing run, keyed by the code, so that no run resumes one of other code."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

__all__ = ["DECODERS", "run_folder"]

DECODERS = ("pydicom", "pillow", "nibabel", "imagecodecs", "tifffile", "numpy")
_REPOSITORY = Path(__file__).parents[2]
# Files that determine which films are generated and their outcomes.
_CODE = ("chestxr/io", "chestxr/transforms", "tools/fuzzing", "tests/phantom.py")
_AFTERWARDS = ("guided.py", "outlines.py")


def run_folder(out: Path, seed: int) -> Path:
    """Return the folder of a run, keyed by its seed, this code and the versions of the decoding libraries."""
    digest = hashlib.sha256(json.dumps({name: version(name) for name in (*DECODERS, "highdicom")}).encode())
    for name in _CODE:
        place = _REPOSITORY / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if path.name not in _AFTERWARDS:
                digest.update(path.read_bytes())
    return out / f"seed-{seed}-{digest.hexdigest()[:12]}"
