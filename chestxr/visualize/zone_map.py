"""Overlay of the contribution of each lung zone to a film's score."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw, ImageFont
from skimage.transform import resize

from chestxr.utils.lung_regions import lung_regions

__all__ = ["draw_zone_map"]

# Vermilion and blue of Okabe and Ito's palette for colour-blind readers (jfly.uni-koeln.de/color).
TOWARDS_COLOUR = (213, 94, 0)
AWAY_COLOUR = (0, 114, 178)
_STRONGEST_TINT = 0.55


def draw_zone_map(picture: np.ndarray, lungs: ArrayLike, zones: Mapping[str, float], full: float = 1.0) -> np.ndarray:
    """
    Tint the six zones by their contribution to the score, and write the values on them.

    Parameters
    ----------
    picture : numpy.ndarray, shape (height, width, 3), uint8
        The film, as returned by :py:func:`chestxr.visualize.overlay.picture_of_film`.
    lungs : array_like, shape (W, H)
        Label map of the same film at any size: 0 background, 1 right lung, 2 left lung.
    zones : mapping of str to float
        Log odds by zone: positive values speak for tuberculosis (vermilion), negative ones against it (blue).
    full : float, optional
        Log odds of the strongest tint.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3), uint8
    """
    labels = resize(np.asarray(lungs, np.uint8).T, picture.shape[:2], order=0, preserve_range=True, anti_aliasing=False)
    regions = {name: region.T for name, region in lung_regions(labels.T).items() if name in zones}
    tinted = picture.astype(np.float32)
    for name, region in regions.items():
        colour = TOWARDS_COLOUR if zones[name] > 0 else AWAY_COLOUR
        share = _STRONGEST_TINT * min(1.0, abs(zones[name]) / full)
        tinted[region] = (1 - share) * tinted[region] + share * np.array(colour)
    image = Image.fromarray(tinted.round().astype(np.uint8))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=max(10, picture.shape[0] // 36))
    for name, region in regions.items():
        y, x = np.argwhere(region).mean(axis=0)
        draw.text((x, y), f"{zones[name]:+.2f}", "white", font, "mm", stroke_width=2, stroke_fill="black")
    corner = (image.width / 2, image.height - 4)
    draw.text(corner, "log odds by zone; research use only", "white", font, "mb", stroke_width=2, stroke_fill="black")
    return np.array(image)
