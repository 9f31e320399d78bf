"""Read films of every format as one channel, float32, upright, with bone white."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from monai.data import ImageReader
from monai.utils import ensure_tuple

from chestxr.utils.errors import FilmError

from .decode import decode_image, film_errors
from .grayscale import to_grayscale
from .metadata import film_metadata

__all__ = ["FilmReader", "read_film"]

# Smaller than any film, larger than an icon.
_SMALLEST_SIDE = 64
# What 32 bits must tell apart between the darkest and the brightest value: 12 bits, as detectors do.
_LEVELS = 4096
# The squares of values and of their differences must fit into 32 bits: transforms take variances.
_LARGEST = 1e15


class FilmReader(ImageReader):
    """
    Read a chest film: DICOM (CR, DX, secondary capture), PNG, JPEG, JPEG 2000, TIFF, BMP or NIfTI, by its content.

    Whatever the format, and whether ITK is installed or not, the array is (W, H) float32 in the file's own units
    with bone white, x running to the patient's left and y to the feet. Give an instance to MONAI's ``LoadImage``
    or ``LoadImaged`` as ``reader``.

    Notes
    -----
    ``LoadImage`` swallows what a reader's ``read`` raises, and tries other readers. So ``read`` only notes the path,
    and the file is decoded in ``get_data``, whose errors reach the user.
    """

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Accept any name: the content decides."""
        return True

    def read(self, data: Sequence[PathLike] | PathLike, **kwargs) -> list[Path]:
        """Note which file to read."""
        return [Path(path) for path in ensure_tuple(data)]

    def get_data(self, img: list[Path]) -> tuple[np.ndarray, dict]:
        """
        Decode the film.

        Parameters
        ----------
        img : list of pathlib.Path
            One file, as ``read`` gives it.

        Returns
        -------
        film : numpy.ndarray, shape (W, H), float32
            The film.
        meta : dict
            As :py:func:`chestxr.io.metadata.film_metadata` describes.

        Raises
        ------
        FilmError
            If the file is not one frontal film with something on it.
        """
        if len(img) != 1:
            raise FilmError(img[0], f"{len(img)} files for one film", "one file", "give each film on its own")
        return read_film(img[0])


def read_film(path: str | PathLike) -> tuple[np.ndarray, dict]:
    """Read one film outside of a transform chain; array, metadata and errors as :py:meth:`FilmReader.get_data`."""
    path = Path(path)
    with film_errors(path):
        stored = decode_image(path)
        meta = film_metadata(path, stored)
        pixels = stored.pixels if stored.pixels.ndim == 2 else to_grayscale(stored.pixels, path)
        film = np.ascontiguousarray(pixels.T, dtype=np.float32)
        _check_content(film, path)
    return film, meta


def _check_content(film: np.ndarray, path: Path) -> None:
    """Refuse arrays that no film gives."""
    if min(film.shape) < _SMALLEST_SIDE:
        size = f"an image of {film.shape[0]} x {film.shape[1]} pixels"
        raise FilmError(path, size, f"at least {_SMALLEST_SIDE} on each side", "use the film, not its icon")
    lowest, highest = film.min(), film.max()
    largest = max(-lowest, highest)
    if not largest < _LARGEST:
        raise FilmError(path, "values that are not numbers, or too large", "values of a film", "export it again")
    if lowest == highest:
        raise FilmError(path, "the same value everywhere", "a film with something on it", "export it again")
    if highest - lowest < max(_LEVELS * np.spacing(largest), 1 / _LARGEST):
        raise FilmError(path, "values too close to be told apart", "shades of grey", "export it without an offset")
