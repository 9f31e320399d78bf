"""
The Shenzhen set, as the U.S. National Library of Medicine distributes it.

662 films of Shenzhen No. 3 People's Hospital (326 normal, 336 with tuberculosis), PNG of 8 bits, about 3000 x 3000
pixels, spacing unknown. The name ends in 0 for normal, 1 for tuberculosis. Merged lung masks (``mask/<film>_mask.png``)
were added for 566 of them by Stirenko et al. (CC BY-NC-SA 4.0); a text file for each film gives sex, age and reading.
The films may be used with attribution: Jaeger et al. 2014 (doi 10.1109/TMI.2013.2284099).
"""

from pathlib import Path

from .catalogue import Catalogue
from .clinical_reading import read_clinical_reading
from .film import Film
from .same_patient import patient_of

__all__ = ["is_shenzhen", "open_shenzhen"]


def is_shenzhen(root: Path) -> bool:
    """Say whether a folder has this layout."""
    return (root / "CXR_png").is_dir() and (root / "mask").is_dir()


def open_shenzhen(root: Path) -> Catalogue:
    """List the films of `root`: ``CXR_png/``, ``mask/*_mask.png``, ``ClinicalReadings/``."""
    masks = {path.stem.removesuffix("_mask"): path for path in (root / "mask").glob("*_mask.png")}
    films = tuple(
        Film(
            image=image,
            masks=(masks.pop(image.stem),) if image.stem in masks else (),
            site="shenzhen",
            patient=patient_of(image.stem),
            tuberculosis=int(image.stem[-1]),
            **read_clinical_reading(root / "ClinicalReadings" / f"{image.stem}.txt"),
        )
        for image in sorted((root / "CXR_png").glob("*.png"))
    )
    return Catalogue(root, films, tuple(sorted(masks.values())))
