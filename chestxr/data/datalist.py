"""Films as the items of a MONAI datalist."""

import math
from pathlib import Path

from .film import Film

__all__ = ["datalist_item"]


def datalist_item(film: Film, root: Path | None = None) -> dict:
    """
    Describe a film as MONAI's transforms want it.

    Parameters
    ----------
    film : Film
        The film.
    root : pathlib.Path, optional
        Folder that the paths are given relative to; absolute without it.

    Returns
    -------
    dict
        ``film``, ``image``, ``site``, ``patient``, and where known ``label`` (one mask's path, or the right and the
        left lung's), ``tuberculosis``, ``sex``, ``age_years``.
    """
    item = {"film": film.name, "image": _path(film.image, root)}
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
    return item


def _path(path: Path, root: Path | None) -> str:
    return str(path.absolute()) if root is None else path.relative_to(root).as_posix()
