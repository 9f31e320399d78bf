"""Items and hash of a MONAI datalist."""

import hashlib
import math
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from chestxr.utils.provenance import sha256

from .film import Film

__all__ = ["datalist_hash", "datalist_item"]


def datalist_item(film: Film, root: Path | None = None) -> dict:
    """
    Return a film as an item for MONAI's transforms.

    Parameters
    ----------
    film : Film
        The film.
    root : pathlib.Path, optional
        Folder to which the paths are relative; by default they are absolute.

    Returns
    -------
    dict
        ``film``, ``image``, ``site``, ``patient``, and if known ``label`` (one mask's path, or the right and the
        left lung's), ``tuberculosis``, ``sex``, ``age_years``; ``boxes``, a list [left, top, right, bottom] for each
        lesion, in pixels of the film, and their kinds in ``box_kinds``.
    """
    item: dict[str, Any] = {"film": film.name, "image": _path(film.image, root)}
    if film.masks:
        masks = [_path(mask, root) for mask in film.masks]
        item["label"] = masks if len(masks) > 1 else masks[0]
    item |= {"site": film.site, "patient": film.patient}
    if film.tuberculosis is not None:
        item["tuberculosis"] = film.tuberculosis
    if film.sex:
        item["sex"] = film.sex
    if math.isfinite(film.age_years):
        item["age_years"] = film.age_years
    if film.boxes:
        item["boxes"] = [[box.left, box.top, box.right, box.bottom] for box in film.boxes]
        item["box_kinds"] = [box.kind for box in film.boxes]
    return item


def datalist_hash(items: Sequence[dict]) -> str:
    """
    Return the SHA-256 of the films' names, the content of their labels and their boxes.

    Parameters
    ----------
    items : sequence of dict
        Datalist items: ``film``, or else the name of the file ``image``; ``label``, one path or two; ``boxes``.

    Returns
    -------
    str
        The hash, which does not depend on folder and order.
    """
    lines = []
    for item in items:
        labels = item.get("label") or []
        hashes = [sha256(label) for label in ([labels] if isinstance(labels, (str, PathLike)) else labels)]
        film = str(item.get("film") or Path(item["image"]).name)
        lines.append(" ".join([film, *hashes, *map(str, item.get("boxes", ()))]))
    return hashlib.sha256("\n".join(sorted(lines)).encode("utf-8", "surrogateescape")).hexdigest()


def _path(path: Path, root: Path | None) -> str:
    return str(path.absolute()) if root is None else path.relative_to(root).as_posix()
