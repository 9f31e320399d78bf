"""Regions of a film as outlines that a page can draw."""

import numpy as np
from skimage.measure import approximate_polygon, find_contours
from skimage.transform import resize

from chestxr.radiomics import ZONES, lung_regions

__all__ = ["lung_outlines", "outline"]

_TOLERANCE = 1.0


def outline(region: np.ndarray) -> str:
    """
    Trace a region's edge.

    Parameters
    ----------
    region : numpy.ndarray, shape (height, width), bool
        Rows first.

    Returns
    -------
    str
        An SVG path in pixels, x before y, true to a pixel; "" for an empty region.
    """
    padded = np.pad(region.astype(np.float32), 1)
    rings = (approximate_polygon(ring - 1, _TOLERANCE) for ring in find_contours(padded, 0.5))
    return "".join(f"M{'L'.join(f'{x + 0.5:g} {y + 0.5:g}' for y, x in ring[:-1])}Z" for ring in rings)


def lung_outlines(lungs: np.ndarray, shape: tuple[int, int]) -> dict[str, str]:
    """
    Trace both lungs and their zones on a picture of their film.

    Parameters
    ----------
    lungs : numpy.ndarray, shape (W, H), integer
        0 background, 1 right lung, 2 left lung, at any size.
    shape : tuple of int
        The picture's height and width.

    Returns
    -------
    dict of str to str
        SVG paths by name: ``right``, ``left``, and the zones that `chestxr.radiomics` measures.
    """
    labels = resize(np.asarray(lungs, np.uint8).T, shape, order=0, preserve_range=True, anti_aliasing=False)
    found = {"right": outline(labels == 1), "left": outline(labels == 2)}
    if labels.any():
        found |= {name: outline(region.T) for name, region in lung_regions(labels.T).items() if name in ZONES}
    return found
