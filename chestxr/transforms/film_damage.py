"""Is the film that lungs were outlined on grey as a film is, and whole from row to row?"""

import numpy as np

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
    image : numpy.ndarray, shape (W, H)
        The film, or what was outlined on it.
    shape : tuple of int
        The grid, (w, h).
    """
    return image[np.ix_(*((2 * np.arange(n) + 1) * of // (2 * n) for n, of in zip(shape, image.shape, strict=True)))]


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
    around = tuple(slice(where.min(), where.max() + 1) for where in np.nonzero(lungs))
    film, lungs = film[around], lungs[around]
    return float(film[~lungs].mean() - film[lungs].mean()) if not lungs.all() else np.nan


def row_jump(film: np.ndarray, lungs: np.ndarray) -> float:
    """
    Say how suddenly the picture changes from one row to the next, where lungs are.

    A film is stored row by row. What a damaged file lost or repeats moves all that follows, and what cannot be decoded
    becomes noise or one grey: there half of the pixels at once differ from those of the next row as they do not from
    those of the row before. Nothing in a body begins in one row. Blocks of a strong compression do, and large letters.

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
    (left, right), (top, bottom) = ((where.min(), where.max() + 1) for where in np.nonzero(lungs))
    margin = int(_MARGIN * (bottom - top))
    rows = film[left:right, max(0, top - margin) : bottom + margin]
    differences = np.median(np.abs(np.diff(rows, axis=1)), axis=0)
    pieces = len(differences) // _TOGETHER
    if not pieces:
        return np.nan
    largest = differences[: pieces * _TOGETHER].reshape(pieces, _TOGETHER).max(axis=1)
    usual = np.maximum(np.quantile(largest, _UNDAMAGED), _LEAST_DIFFERENCE)
    return float(np.abs(np.diff(differences)).max() / usual)
