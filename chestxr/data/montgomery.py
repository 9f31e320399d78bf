"""
The Montgomery County set, as the U.S. National Library of Medicine distributes it.

138 films of a tuberculosis screening programme (80 normal, 58 with tuberculosis), PNG of 12 bits in 16, 4020 x 4892 or
4892 x 4020 pixels of 0.0875 mm. The name ends in 0 for normal, 1 for tuberculosis. Right and left lung have separate
masks (a film with only one of them counts as unmasked); a text file per film gives sex, age and reading. Films
and masks may be used with attribution: Jaeger et al. 2014 (doi 10.1109/TMI.2013.2284099), Candemir et al. 2014 (doi
10.1109/TMI.2013.2290491).
"""

from pathlib import Path

from .clinical_reading import read_clinical_reading
from .collection import Collection, cross_reference
from .film import Film
from .public_name import read_public_name

__all__ = ["is_montgomery", "open_montgomery"]


def is_montgomery(root: Path) -> bool:
    """Return whether a folder has this layout."""
    return (root / "CXR_png").is_dir() and (root / "ManualMask" / "leftMask").is_dir()


def open_montgomery(root: Path) -> Collection:
    """List the films of `root`: ``CXR_png/``, ``ManualMask/rightMask/`` and ``leftMask/``, ``ClinicalReadings/``."""
    right, left = (
        {path.name: path for path in (root / "ManualMask" / side).glob("*.png")} for side in ("rightMask", "leftMask")
    )
    films = (_film(image, right, left, root) for image in sorted((root / "CXR_png").glob("*.png")))
    return cross_reference(root, films, [*right.values(), *left.values()])


def _film(image: Path, right: dict[str, Path], left: dict[str, Path], root: Path) -> Film:
    both = image.name in right and image.name in left
    reading = read_clinical_reading(root / "ClinicalReadings" / f"{image.stem}.txt")
    return Film(
        image=image,
        masks=(right[image.name], left[image.name]) if both else (),
        **read_public_name(image.stem, "montgomery"),
        **reading,
    )
