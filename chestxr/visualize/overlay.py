"""Overlay of lung contours on a film."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import binary_erosion
from skimage.transform import resize

__all__ = ["LEFT_LUNG_COLOUR", "RIGHT_LUNG_COLOUR", "overlay_lungs", "picture_of_film"]

# Orange and sky blue of Okabe and Ito's palette for colour-blind readers (jfly.uni-koeln.de/color).
RIGHT_LUNG_COLOUR = (230, 159, 0)
LEFT_LUNG_COLOUR = (86, 180, 233)


def picture_of_film(film: ArrayLike, longest_side: int = 1024, window: tuple[float, float] | None = None) -> np.ndarray:
    """
    Convert a film to a grey picture for display.

    Parameters
    ----------
    film : array_like, shape (W, H)
        The film, bone white, in any unit.
    longest_side : int, optional
        Length in pixels of the picture's longer side.
    window : tuple of float, optional
        Values to show as black and as white; by default the 0.5th and the 99.5th percentile.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3), uint8
        Rows first, as in image files.
    """
    film = np.asarray(film, dtype=np.float32).T
    small = resize(film, _fit(film.shape, longest_side), order=1, anti_aliasing=True, preserve_range=True)
    black, white = np.percentile(small, [0.5, 99.5]) if window is None else window
    grey = np.clip((small - black) / max(white - black, np.finfo(np.float32).tiny), 0, 1)
    return np.repeat((grey * 255).round().astype(np.uint8)[..., None], 3, axis=2)


def overlay_lungs(picture: np.ndarray, lungs: ArrayLike, colours=(RIGHT_LUNG_COLOUR, LEFT_LUNG_COLOUR)) -> np.ndarray:
    """
    Draw the contours of the lungs on a picture of the film.

    Parameters
    ----------
    picture : numpy.ndarray, shape (height, width, 3), uint8
        The film, as returned by :py:func:`picture_of_film`.
    lungs : array_like, shape (W, H)
        Label map of the same film at any size: 0 background, 1 right lung, 2 left lung.
    colours : sequence of two (int, int, int), optional
        Red, green, blue from 0 to 255 for the right and the left lung.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3), uint8
        A copy of the picture with a contour drawn inside each lung's edge.
    """
    overlay = picture.copy()
    labels = resize(
        np.asarray(lungs, dtype=np.uint8).T,
        picture.shape[:2],
        order=0,
        anti_aliasing=False,
        preserve_range=True,
    )
    thickness = max(1, round(max(picture.shape) / 400))
    for label, colour in zip((1, 2), colours, strict=True):
        lung = labels == label
        overlay[lung & ~binary_erosion(lung, iterations=thickness)] = colour
    return overlay


def _fit(shape: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """Scale a shape so that its longer side has the given length."""
    scale = longest_side / max(shape)
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))
