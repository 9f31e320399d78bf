"""Convert colour channels to one grey channel; reject colour photographs."""

from pathlib import Path

import numpy as np

from chestxr.utils.errors import FilmError

__all__ = ["to_grayscale"]

# A pixel counts as coloured when its channels differ by more than 10% of the range (the noise of JPEG's colour
# sub-sampling stays below); a film may have coloured labels on up to 5% of its area.
_CHROMA = 0.10
_COLOURED_AREA = 0.05
_ROWS = 256


def to_grayscale(pixels: np.ndarray, path: Path) -> np.ndarray:
    """
    Average the channels of a grey film that was saved in colour.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (rows, columns, channels), integer
        Grey + alpha (2), RGB (3) or RGBA (4) channels. Alpha is dropped.
    path : pathlib.Path
        The file, for errors.

    Returns
    -------
    numpy.ndarray, shape (rows, columns), float32
        Grey values in the unit of the channels; exact when the channels are equal.

    Raises
    ------
    FilmError
        If more than 5% of the image is coloured, or there are more than four channels.
    """
    channels = pixels.shape[2]
    if channels not in (1, 2, 3, 4):
        raise FilmError(path, f"{channels} channels", "grey or colour (1 to 4 channels)", "convert it to greyscale")
    if channels <= 2:
        return pixels[..., 0].astype(np.float32)
    # Channel by channel: reductions over an axis of three values take many times as long.
    red, green, blue = (pixels[..., channel] for channel in range(3))
    highest, lowest = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    chroma = np.subtract(highest, lowest, dtype=np.float32)
    coloured_area = float((chroma > _CHROMA * _full_range(pixels)).mean())
    if coloured_area > _COLOURED_AREA:
        raise FilmError(
            path,
            f"a colour picture ({coloured_area:.0%} of it coloured)",
            "a radiograph in shades of grey",
            "leave photographs out, or convert a tinted film to greyscale",
        )
    return _mean(red, green, blue)


def _mean(red: np.ndarray, green: np.ndarray, blue: np.ndarray) -> np.ndarray:
    """Average in float64, some rows at a time to limit memory."""
    grey = np.empty(red.shape, np.float32)
    for start in range(0, len(grey), _ROWS):
        rows = slice(start, start + _ROWS)
        grey[rows] = (np.add(red[rows], green[rows], dtype=np.float64) + blue[rows]) / 3
    return grey


def _full_range(pixels: np.ndarray) -> float:
    """Return the largest value that the channels can hold."""
    return float(np.iinfo(pixels.dtype).max) if np.issubdtype(pixels.dtype, np.integer) else float(pixels.max())
