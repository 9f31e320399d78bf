"""
Montgomery and Shenzhen in one folder, as a widely used public collection has them.

800 films in ``CXR_png/`` (``MCUCXR_*`` and ``CHNCXR_*``), 704 merged masks in ``masks/``: Montgomery's under the film's
name, Shenzhen's with ``_mask`` behind it. The name ends in 0 for normal, 1 for tuberculosis. ``shenzhen_metadata.csv``,
where it is there, gives sex, age and findings of the Shenzhen films. Sources and terms: see the two sites' modules.
"""

import math
from pathlib import Path

import pandas as pd

from .catalogue import Catalogue
from .film import Film
from .same_patient import patient_of

__all__ = ["is_combined", "open_combined"]

_SITES = {"MCUCXR": "montgomery", "CHNCXR": "shenzhen"}
_SEX = {"male": "M", "female": "F"}


def is_combined(root: Path) -> bool:
    """Say whether a folder has this layout."""
    return (root / "CXR_png").is_dir() and (root / "masks").is_dir()


def open_combined(root: Path) -> Catalogue:
    """List the films of `root`: ``CXR_png/``, ``masks/``, and ``shenzhen_metadata.csv`` if it is there."""
    masks = {path.stem.removesuffix("_mask"): path for path in (root / "masks").glob("*.png")}
    facts = _read_metadata(root / "shenzhen_metadata.csv")
    films = tuple(
        Film(
            image=image,
            masks=(masks.pop(image.stem),) if image.stem in masks else (),
            site=_SITES.get(image.stem.partition("_")[0], root.name),
            patient=patient_of(image.stem),
            tuberculosis=int(image.stem[-1]) if image.stem[-1] in "01" else None,
            **facts.get(image.stem, {}),
        )
        for image in sorted((root / "CXR_png").glob("*.png"))
    )
    return Catalogue(root, films, tuple(sorted(masks.values())))


def _read_metadata(path: Path) -> dict[str, dict]:
    """Return sex, age and reading by film."""
    if not path.is_file():
        return {}
    table = pd.read_csv(path)
    return {
        Path(str(row.study_id)).stem: {
            "sex": _SEX.get(str(row.sex).strip().lower(), ""),
            "age_years": float(row.age) if str(row.age).replace(".", "", 1).isdigit() else math.nan,
            "reading": "" if pd.isna(row.findings) else " ".join(str(row.findings).split()),
        }
        for row in table.itertuples()
    }
