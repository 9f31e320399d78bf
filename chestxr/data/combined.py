"""
Montgomery and Shenzhen in one folder, the layout of a widely used public collection.

800 films in ``CXR_png/`` (``MCUCXR_*`` and ``CHNCXR_*``), 704 merged masks in ``masks/``: Montgomery's under the film's
name, Shenzhen's with ``_mask`` appended. The name ends in 0 for normal, 1 for tuberculosis. The optional
``shenzhen_metadata.csv`` contains sex, age and findings of the Shenzhen films; its ages have no unit, and a "1" may
mean a month or a day. Films with any other name get the folder's name as their site and have no label. For sources and
terms see the two sites' modules.
"""

import math
from pathlib import Path

from .collection import Collection, cross_reference
from .film import Film
from .public_name import read_public_name
from .user_table import read_user_table

__all__ = ["is_combined", "open_combined"]

_SEX = {"male": "M", "female": "F"}


def is_combined(root: Path) -> bool:
    """Return whether a folder has this layout."""
    return (root / "CXR_png").is_dir() and (root / "masks").is_dir()


def open_combined(root: Path) -> Collection:
    """List the films of `root`: ``CXR_png/``, ``masks/``, and ``shenzhen_metadata.csv`` if present."""
    mask_files = sorted((root / "masks").glob("*.png"))
    masks = {path.stem.removesuffix("_mask"): path for path in mask_files}
    facts = _read_metadata(root / "shenzhen_metadata.csv")
    films = (
        Film(
            image=image,
            masks=(masks[image.stem],) if image.stem in masks else (),
            **read_public_name(image.stem, root.name),
            **facts.get(image.stem, {}),
        )
        for image in sorted((root / "CXR_png").glob("*.png"))
    )
    return cross_reference(root, films, mask_files)


def _read_metadata(path: Path) -> dict[str, dict]:
    """Return sex, age and reading by film."""
    if not path.is_file():
        return {}
    return {
        Path(row["study_id"]).stem: {
            "sex": _SEX.get(row["sex"].lower(), ""),
            "age_years": float(row["age"]) if row["age"].replace(".", "", 1).isdecimal() else math.nan,
            "reading": " ".join(row["findings"].split()),
        }
        for _, row in read_user_table(path, "study_id", "sex", "age", "findings")
    }
