"""Contact sheet of a collection: sample films by site and label, with lung contours."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from chestxr.data.film import Film
from chestxr.io import read_film, read_mask
from chestxr.io.lung_sides import label_lungs

from .contact_sheet import contact_sheet
from .overlay import overlay_lungs, picture_of_film

__all__ = ["film_sheet"]

_LABELS = {0: "normal", 1: "tuberculosis", None: "label unknown"}


def film_sheet(films: Sequence[Film], per_row: int = 6, side: int = 256, seed: int = 0) -> Image.Image:
    """
    Draw a random sample of films for every site and label, with the right lung's contour in orange, the left in blue.

    Parameters
    ----------
    films : sequence of Film
        The films to sample from.
    per_row : int, optional
        Number of films per site and label.
    side : int, optional
        Side length in pixels of a picture.
    seed : int, optional
        Seed of the sampling.

    Returns
    -------
    PIL.Image.Image
        The sheet.
    """
    groups: dict[str, list[Film]] = {}
    for film in films:
        groups.setdefault(f"{film.site}, {_LABELS[film.tuberculosis]}", []).append(film)
    rows = []
    for title, members in sorted(groups.items()):
        order = np.random.default_rng(seed).permutation(len(members))[:per_row]
        chosen = [members[index] for index in sorted(order)]
        rows.append((f"{title} ({len(members)} films)", [(film.name, _picture(film, side)) for film in chosen]))
    return contact_sheet(rows, side)


def _picture(film: Film, side: int) -> np.ndarray:
    picture = picture_of_film(read_film(film.image)[0], side)
    if not film.masks:
        return picture
    mask, _ = read_mask(film.masks)
    return overlay_lungs(picture, label_lungs(mask))
