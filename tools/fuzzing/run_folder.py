"""Where a run of the fuzzer is kept, so that none goes on from what other code has read."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

__all__ = ["DECODERS", "run_folder"]

DECODERS = ("pydicom", "pillow", "nibabel", "imagecodecs", "tifffile", "numpy")
_REPOSITORY = Path(__file__).parents[2]
# What decides which films are drawn, and what comes of them.
_CODE = ("chestxr/io", "chestxr/transforms", "tools/fuzzing", "tests/phantom.py")
_AFTERWARDS = ("guided.py", "outlines.py")


def run_folder(out: Path, seed: int) -> Path:
    """Return the folder of a run by its seed, this code and these versions of what decodes films."""
    told = hashlib.sha256(json.dumps({name: version(name) for name in (*DECODERS, "highdicom")}).encode())
    for name in _CODE:
        place = _REPOSITORY / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if path.name not in _AFTERWARDS:
                told.update(path.read_bytes())
    return out / f"seed-{seed}-{told.hexdigest()[:12]}"
