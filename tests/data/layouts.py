"""Synthetic folders in the layouts of the public collections."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.phantom import chest_film


def save_film(path: Path, seed: int) -> np.ndarray:
    """Write a film and return its label map (W, H)."""
    film, labels = chest_film((96, 112), seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(film.T.astype(np.uint8)).save(path)
    return labels


def save_mask(path: Path, mask: np.ndarray) -> None:
    """Write a mask (W, H) of 0 and 255."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((mask.T > 0).astype(np.uint8) * 255).save(path)


def write_montgomery(root: Path) -> Path:
    """Three films; the last one has no masks, and one mask has no film."""
    for number, name in enumerate(("MCUCXR_0001_0", "MCUCXR_0113_1", "MCUCXR_0117_1")):
        labels = save_film(root / "CXR_png" / f"{name}.png", number)
        if number < 2:
            save_mask(root / "ManualMask" / "rightMask" / f"{name}.png", labels == 1)
            save_mask(root / "ManualMask" / "leftMask" / f"{name}.png", labels == 2)
    save_mask(root / "ManualMask" / "leftMask" / "MCUCXR_9999_0.png", labels == 2)
    readings = root / "ClinicalReadings"
    readings.mkdir()
    (readings / "MCUCXR_0001_0.txt").write_text("Patient's Sex: F\nPatient's Age: 027Y\nnormal\n\n")
    (readings / "MCUCXR_0113_1.txt").write_text("Patient's Sex: M\nPatient's Age: 061Y\nimproved TB, left upper lobe\n")
    return root


def write_shenzhen(root: Path) -> Path:
    """Two films; the second one has no mask."""
    for number, name in enumerate(("CHNCXR_0001_0", "CHNCXR_0327_1")):
        labels = save_film(root / "CXR_png" / f"{name}.png", number)
        if number == 0:
            save_mask(root / "mask" / f"{name}_mask.png", labels)
    readings = root / "ClinicalReadings"
    readings.mkdir()
    (readings / "CHNCXR_0001_0.txt").write_text("male 45yrs\nnormal\n")
    (readings / "CHNCXR_0327_1.txt").write_text("female 8 months\n1. bilateral PTB;\n2. right pleural adhesions")
    return root
