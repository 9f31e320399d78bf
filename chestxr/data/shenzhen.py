"""
The Shenzhen set, as the U.S. National Library of Medicine distributes it.

662 films of Shenzhen No. 3 People's Hospital (326 normal, 336 with tuberculosis), PNG of 8 bits, about 3000 x 3000
pixels, spacing unknown. The name ends in 0 for normal, 1 for tuberculosis. A text file per film gives sex, age and
reading. Merged lung masks for 566 of them (``mask/<film>_mask.png``, to be placed next to ``CXR_png/``) were drawn
later by Stirenko et al. (CC BY-NC-SA 4.0). ``CHNCXR_0391_1`` counts as tuberculosis although its reading mentions only
pneumonia. The films may be used with attribution: Jaeger et al. 2014 (doi 10.1109/TMI.2013.2284099).
"""

from pathlib import Path

from .clinical_reading import read_clinical_reading
from .collection import Collection, cross_reference
from .film import Film
from .public_name import read_public_name

__all__ = ["is_shenzhen", "open_shenzhen"]


def is_shenzhen(root: Path) -> bool:
    """Return whether a folder has this layout."""
    has_masks = (root / "CXR_png").is_dir() and (root / "mask").is_dir()
    return has_masks or any(root.glob("CXR_png/CHNCXR_*.png"))


def open_shenzhen(root: Path) -> Collection:
    """List the films of `root`: ``CXR_png/``, ``mask/*_mask.png``, ``ClinicalReadings/``."""
    masks = {path.stem.removesuffix("_mask"): path for path in (root / "mask").glob("*_mask.png")}
    films = (
        Film(
            image=image,
            masks=(masks[image.stem],) if image.stem in masks else (),
            **read_public_name(image.stem, "shenzhen"),
            **read_clinical_reading(root / "ClinicalReadings" / f"{image.stem}.txt"),
        )
        for image in sorted((root / "CXR_png").glob("*.png"))
    )
    return cross_reference(root, films, masks.values())
