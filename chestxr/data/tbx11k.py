"""
Films of TBX11K with tuberculosis and radiologists' boxes.

Expects the films in ``films/``, upright, and ``boxes.csv`` with one row for each box: ``film``, the file's name;
``kind``, "active" or "latent" (healed); ``left``, ``top``, ``width``, ``height`` in pixels of the film. TBX11K's own
folder has these in ``imgs/tb`` and ``annotations/json``. A box contains lesion and healthy lung. Patients are not
known: each film counts as one. Source: Liu et al., Rethinking computer-aided tuberculosis diagnosis, CVPR 2020.
"""

from pathlib import Path

from .collection import Collection
from .film import Film, LesionBox
from .user_table import read_user_table

__all__ = ["is_tbx11k", "open_tbx11k"]

_SIDES = ("left", "top", "width", "height")


def is_tbx11k(root: Path) -> bool:
    """Return whether a folder has this layout."""
    return (root / "films").is_dir() and (root / "boxes.csv").is_file()


def open_tbx11k(root: Path) -> Collection:
    """List the films of `root`: ``films/*.png``, with the boxes of ``boxes.csv``."""
    boxes = _read_boxes(root / "boxes.csv")
    films = sorted((root / "films").glob("*.png"))
    unknown = sorted(boxes.keys() - {film.name for film in films})
    if unknown:
        raise ValueError(
            f"{root / 'boxes.csv'}: found boxes of {unknown[0]}, which is not in films/; expected boxes of its films "
            "only; add the film or remove the boxes"
        )
    return Collection(
        root,
        tuple(
            Film(
                image=film,
                site="tbx11k",
                patient=film.stem,
                tuberculosis=1 if film.name in boxes else None,
                boxes=tuple(boxes.get(film.name, ())),
            )
            for film in films
        ),
    )


def _read_boxes(path: Path) -> dict[str, list[LesionBox]]:
    """Return the boxes by file name."""
    boxes: dict[str, list[LesionBox]] = {}
    for where, row in read_user_table(path, "film", "kind", *_SIDES):
        try:
            left, top, width, height = (float(row[side]) for side in _SIDES)
        except ValueError:
            left = top = width = height = -1
        valid = left >= 0 and top >= 0 and width > 0 and height > 0  # false for NaN
        if row["kind"] not in ("active", "latent") or not valid:
            raise ValueError(
                f"{where}: found {', '.join(row[name] for name in ('kind', *_SIDES))}; expected active or latent, and "
                "left, top, width, height in pixels; correct the line"
            )
        boxes.setdefault(row["film"], []).append(LesionBox(row["kind"], left, top, left + width, top + height))
    return boxes
