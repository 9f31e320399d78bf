"""Pictures of a film for the report: a preview, and the film at its full resolution."""

from pathlib import Path

import numpy as np
from PIL import Image

from chestxr.utils.atomic import atomic_write

from .record import full_size_path, preview_path

__all__ = ["write_pictures"]

_PREVIEW, _PREVIEW_QUALITY = 640, 80
# JPEG: lossless files are several times as large and take ten times as long. At this quality a grey value of the demo
# film changes by 0.8 of 255 on average.
_FULL_SIZE_QUALITY = 95
_LONGEST_JPEG = 65_500
_SAMPLES = 1000


def write_pictures(out: Path, name: str, film: np.ndarray) -> tuple[int, int]:
    """
    Write the two pictures of a film, atomically. Both have the same window: the 0.5th to the 99.5th percentile.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the results.
    name : str
        Name of the film.
    film : numpy.ndarray, shape (W, H)
        The film, bone white, in any unit.

    Returns
    -------
    tuple of int
        Width and height of the preview in pixels.
    """
    picture = Image.fromarray(_grey(film))
    picture.thumbnail((_LONGEST_JPEG, _LONGEST_JPEG))
    with atomic_write(full_size_path(out, name)) as partial:
        picture.save(partial, quality=_FULL_SIZE_QUALITY)
    picture.thumbnail((_PREVIEW, _PREVIEW))
    with atomic_write(preview_path(out, name)) as partial:
        picture.save(partial, quality=_PREVIEW_QUALITY)
    return picture.size


def _grey(film: np.ndarray) -> np.ndarray:
    """Return the film as grey values, rows first."""
    sample = film[:: max(1, film.shape[0] // _SAMPLES), :: max(1, film.shape[1] // _SAMPLES)]
    black, white = np.percentile(sample, [0.5, 99.5])
    grey = np.subtract(film.T, black, dtype=np.float32)
    grey /= np.float32(max(white - black, np.finfo(np.float32).tiny))
    np.clip(grey, 0, 1, out=grey)
    grey *= 255
    return np.rint(grey, out=grey).astype(np.uint8)
