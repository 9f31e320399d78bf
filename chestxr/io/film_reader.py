"""MONAI image reader for films of all formats: one channel, float32, upright, bone white."""

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
# Grey levels that float32 must distinguish between the darkest and the brightest value: 12 bits, as detectors have.
_LEVELS = 4096
# The squares of values and of their differences must fit into 32 bits: transforms take variances.
_LARGEST = 1e15


class FilmReader(ImageReader):
    """
    Read a chest film: DICOM (CR, DX, secondary capture), PNG, JPEG, JPEG 2000, TIFF, BMP or NIfTI, by its content.

    For every format, with or without ITK, the array is (W, H) float32 in the file's own units with bone white, x
    running to the patient's left and y to the feet. Pass an instance to MONAI's ``LoadImage`` or ``LoadImaged`` as
    ``reader``.

    Parameters
    ----------
    least_side : int or None, optional
        Least number of pixels of a film's shorter side. DICOM films in JPEG 2000 are decoded at the lowest of their
        resolutions that has them, and interpolated to their size, which is faster and leaves fine detail out. None
        decodes all of it.

    Notes
    -----
    ``LoadImage`` catches the errors of a reader's ``read`` and tries other readers. Therefore ``read`` only records the
    path; ``get_data`` decodes the file, and its errors reach the user.
    """

    def __init__(self, least_side: int | None = None) -> None:
        super().__init__()
        self.least_side = least_side

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Accept any name: the content decides."""
        return True

    def read(self, data: str | PathLike | Sequence[str | PathLike], **kwargs) -> list[Path]:
        """Record which file to read."""
        return [Path(path) for path in ensure_tuple(data)]

    def get_data(self, img: list[Path]) -> tuple[np.ndarray, dict]:
        """
        Decode the film.

        Parameters
        ----------
        img : list of pathlib.Path
            One file, as returned by ``read``.

        Returns
        -------
        film : numpy.ndarray, shape (W, H), float32
            The film.
        meta : dict
            See :py:func:`chestxr.io.metadata.film_metadata`.

        Raises
        ------
        FilmError
            If the file is not one frontal film, or its pixels are constant.
        """
        if len(img) != 1:
            raise FilmError(img[0], f"{len(img)} files for one film", "one file", "pass each film separately")
        return read_film(img[0], self.least_side)


def read_film(path: str | PathLike, least_side: int | None = None) -> tuple[np.ndarray, dict]:
    """
    Read one film outside a transform chain; `least_side`, array, metadata and errors as for :py:class:`FilmReader`.

    Examples
    --------
    >>> from pydicom.data import get_testdata_file
    >>> film, metadata = read_film(get_testdata_file("RG1_UNCR.dcm", download=False))
    >>> film.shape, film.dtype.name, metadata["inverted"]
    ((1841, 1955), 'float32', True)
    """
    path = Path(path)
    with film_errors(path):
        stored = decode_image(path, least_side)
        meta = film_metadata(path, stored)
        pixels = stored.pixels if stored.pixels.ndim == 2 else to_grayscale(stored.pixels, path)
        film = np.ascontiguousarray(pixels.T, dtype=np.float32)
        _check_content(film, path)
    return film, meta


def _check_content(film: np.ndarray, path: Path) -> None:
    """Raise FilmError for arrays that cannot be a film."""
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
        raise FilmError(path, "values too close to distinguish", "shades of grey", "export it without an offset")
