"""Contours of lungs and zones as SVG paths."""

import numpy as np
from skimage.measure import approximate_polygon, find_contours
from skimage.transform import resize

from chestxr.utils.lung_regions import ZONES, lung_regions

__all__ = ["lung_outlines", "outline"]

_TOLERANCE = 1.0


def outline(region: np.ndarray) -> str:
    """
    Return the contour of a region as an SVG path.

    Parameters
    ----------
    region : numpy.ndarray, shape (height, width), bool
        Rows first.

    Returns
    -------
    str
        An SVG path in pixels, x before y, accurate to one pixel; "" for an empty region.
    """
    padded = np.pad(region.astype(np.float32), 1)
    rings = (approximate_polygon(ring - 1, _TOLERANCE) for ring in find_contours(padded, 0.5))
    return "".join(f"M{'L'.join(f'{x + 0.5:g} {y + 0.5:g}' for y, x in ring[:-1])}Z" for ring in rings)


def lung_outlines(lungs: np.ndarray, shape: tuple[int, int]) -> dict[str, str]:
    """
    Return the contours of both lungs and their zones on a picture of the film.

    Parameters
    ----------
    lungs : numpy.ndarray, shape (W, H), integer
        Label map of any size: 0 background, 1 right lung, 2 left lung.
    shape : tuple of int
        The picture's height and width.

    Returns
    -------
    dict of str to str
        SVG paths by name: ``right``, ``left``, and the zones of `chestxr.radiomics`.
    """
    labels = resize(np.asarray(lungs, np.uint8).T, shape, order=0, preserve_range=True, anti_aliasing=False)
    found = {"right": outline(labels == 1), "left": outline(labels == 2)}
    if labels.any():
        found |= {name: outline(region.T) for name, region in lung_regions(labels.T).items() if name in ZONES}
    return found
