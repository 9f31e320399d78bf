"""Is the film that lungs were outlined on grey as a film is, and whole from row to row?"""

import numpy as np
import torch
from torch.nn.functional import interpolate

__all__ = ["lung_contrast", "on_grid", "row_jump"]

# Rows and columns that are compared, and no more than the film was stored with.
_GRID = 256
# Above and below the lungs, in shares of their height: farther off lies the edge of what was exposed.
_MARGIN = 0.02
# Rows are seen by eight, the blocks of JPEG; of these, this share is taken for undamaged at least.
_TOGETHER, _UNDAMAGED = 8, 0.2
# Two steps of a film of eight bits; smaller differences between rows are those of a blank.
_LEAST_DIFFERENCE = 2 / 255


def on_grid(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """
    Return the nearest of an image's pixels for each pixel of another grid over the same film.

    Parameters
    ----------
    image : numpy.ndarray of bool or float, shape (W, H)
        The film, or what was outlined on it.
    shape : tuple of int
        The grid, (w, h).
    """
    if image.shape == shape:
        return image
    image = np.ascontiguousarray(image)
    pixels = torch.from_numpy(image.view(np.uint8) if image.dtype == bool else image)
    return interpolate(pixels[None, None], shape, mode="nearest-exact")[0, 0].numpy().astype(image.dtype, copy=False)


def lung_contrast(film: np.ndarray, lungs: np.ndarray) -> float:
    """
    Say how much darker lungs are than the rest of the rectangle around them.

    Parameters
    ----------
    film : numpy.ndarray, shape (w, h)
        Greys, bone white, scaled so that the film reaches from 0 to 1.
    lungs : numpy.ndarray of bool, shape (W, H)
        Where lungs are, in the film's own pixels.

    Returns
    -------
    float
        Difference of the means; negative for a film whose bones are black, NaN if there are no lungs, or nothing else.
    """
    lungs = on_grid(lungs, film.shape)
    if not lungs.any():
        return np.nan
    around = _around(lungs)
    film, lungs = film[around], lungs[around]
    return float(film[~lungs].mean() - film[lungs].mean()) if not lungs.all() else np.nan


def row_jump(film: np.ndarray, lungs: np.ndarray) -> float:
    """
    Say how suddenly the picture changes from one row to the next, where lungs are.

    A film is stored row by row. What a damaged file lost or repeats moves all that follows, and what cannot be decoded
    becomes noise or one grey: there half of the pixels at once differ from those of the next row as they do not from
    those of the row before. Nothing in a body begins in one row. Blocks of a strong compression do, and large letters.
    A shift by few pixels makes no more than ribs do.

    Parameters
    ----------
    film : numpy.ndarray, shape (w, h)
        Greys, scaled so that the film reaches from 0 to 1.
    lungs : numpy.ndarray of bool, shape (W, H)
        Where lungs are, in the film's own pixels.

    Returns
    -------
    float
        By how much the median difference between neighbouring rows changes at most from row to row, over what is usual
        on this film: what, of each eight such differences, the largest exceeds four times in five. NaN if there are too
        few rows with lungs.
    """
    grid = tuple(min(_GRID, *sides) for sides in zip(film.shape, lungs.shape, strict=True))
    film, lungs = on_grid(film, grid), on_grid(lungs, grid)
    if not lungs.any():
        return np.nan
    across, down = _around(lungs)
    margin = int(_MARGIN * (down.stop - down.start))
    # Row by row in memory: medians take half the time.
    rows = np.ascontiguousarray(film[across, max(0, down.start - margin) : down.stop + margin].T)
    differences = np.median(np.abs(np.diff(rows, axis=0)), axis=1, overwrite_input=True)
    pieces = len(differences) // _TOGETHER
    if not pieces:
        return np.nan
    largest = differences[: pieces * _TOGETHER].reshape(pieces, _TOGETHER).max(axis=1)
    usual = np.maximum(np.quantile(largest, _UNDAMAGED), _LEAST_DIFFERENCE)
    return float(np.abs(np.diff(differences)).max() / usual)


def _around(lungs: np.ndarray) -> tuple[slice, slice]:
    """Return the rectangle around lungs."""
    columns, rows = (np.flatnonzero(lungs.any(axis=axis)) for axis in (1, 0))
    return slice(columns[0], columns[-1] + 1), slice(rows[0], rows[-1] + 1)
