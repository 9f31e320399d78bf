"""MONAI image reader for lung masks, merged or one file per lung, as label maps."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from monai.data import ImageReader
from monai.utils import ensure_tuple

from chestxr.utils.errors import FilmError

from .decode import decode_image
from .decoded import DecodedImage
from .grayscale import to_grayscale
from .metadata import film_metadata

__all__ = ["MaskReader", "read_mask"]

_OVERLAP = 0.01
# Smoothed masks have many values, up to white; a few low values are labels of other organs.
_LEAST_WHITE = 128


class MaskReader(ImageReader):
    """
    Read lung masks in any format of films, with the orientation of their films.

    One file is a merged mask, or a label map if its values are 0, 1 and 2. In a merged mask, lung is every pixel above
    half of the largest value of its type (above 127 for 8 bits: masks are often anti-aliased), or every 1 in a mask
    of 0 and 1. Two files are the masks of the right and the left lung.

    The array is (W, H) uint8: 0 background, 1 lung (merged) or right lung, 2 left lung. ``sides_known`` in the
    metadata is True if 1 means the right lung.
    """

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Accept any name: the content decides."""
        return True

    def read(self, data: str | PathLike | Sequence[str | PathLike], **kwargs) -> list[Path]:
        """Record which files to read."""
        return [Path(path) for path in ensure_tuple(data)]

    def get_data(self, img: list[Path]) -> tuple[np.ndarray, dict]:
        """
        Decode the mask, or the masks of right and left lung.

        Parameters
        ----------
        img : list of pathlib.Path
            One file, or those of the right and the left lung, as returned by ``read``.

        Returns
        -------
        labels : numpy.ndarray, shape (W, H), uint8
            The label map.
        meta : dict
            See :py:func:`chestxr.io.metadata.film_metadata`, and ``sides_known``.

        Raises
        ------
        FilmError
            If a file is not a mask, marks no lung, or the two files do not match.
        """
        masks = [(path, decode_image(path)) for path in img]
        path, film = masks[0]
        labels = [_label_map(mask, name) for name, mask in masks]
        if len(labels) == 1:
            label, sides_known = labels[0], bool((labels[0] == 2).any())
        elif len(labels) == 2:
            label, sides_known = _join_sides(labels[0], labels[1], path), True
        else:
            raise FilmError(path, f"{len(labels)} masks", "one, or right and left", "pass the masks of the two lungs")
        meta = film_metadata(path, film) | {"sides_known": sides_known}
        return np.ascontiguousarray(label.T), meta


def read_mask(paths: str | PathLike | Sequence[str | PathLike]) -> tuple[np.ndarray, dict]:
    """
    Read one mask, or right and left lung; array, metadata and errors as :py:meth:`MaskReader.get_data`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from PIL import Image
    >>> with TemporaryDirectory() as folder:
    ...     Image.fromarray(np.eye(64, dtype=np.uint8)).save(f"{folder}/film_lungs.png")
    ...     labels, metadata = read_mask(f"{folder}/film_lungs.png")
    >>> labels.shape, metadata["sides_known"]
    ((64, 64), False)
    """
    reader = MaskReader()
    return reader.get_data(reader.read(paths))


def _label_map(mask: DecodedImage, path: Path) -> np.ndarray:
    """Return a label map (rows, columns), uint8, of 0, 1 and possibly 2."""
    pixels = mask.pixels if mask.pixels.ndim == 2 else to_grayscale(mask.pixels, path)
    lowest, highest = pixels.min(initial=0), pixels.max(initial=0)
    whole = np.array_equal(pixels, np.round(pixels))
    if lowest < 0 or (whole and 2 < highest < _LEAST_WHITE and len(np.unique(pixels)) > 2):
        found = f"labels from {lowest + 0:.0f} to {highest + 0:.0f}"
        raise FilmError(path, found, "0, 1 for the right and 2 for the left lung, or one mask", "keep the lungs alone")
    if whole and highest <= 2:
        labels = pixels.astype(np.uint8)
    else:
        labels = (pixels > _half_range(mask.pixels)).astype(np.uint8)
    if not labels.any():
        raise FilmError(path, "a mask that marks nothing", "a lung mask", "leave the film out, or provide its mask")
    return labels


def _half_range(pixels: np.ndarray) -> float:
    """Return half of the type's largest value, or of the largest pixel for floats."""
    if np.issubdtype(pixels.dtype, np.integer):
        return np.iinfo(pixels.dtype).max / 2
    return float(pixels.max()) / 2


def _join_sides(right: np.ndarray, left: np.ndarray, path: Path) -> np.ndarray:
    """Join the masks of the right and the left lung into one label map."""
    if right.shape != left.shape:
        sizes = f"{right.shape[1]} x {right.shape[0]} and {left.shape[1]} x {left.shape[0]} pixels"
        raise FilmError(path, f"masks of {sizes}", "two masks of one size", "export them from the same film")
    right, left = right > 0, left > 0
    if (right & left).sum() > _OVERLAP * min(right.sum(), left.sum()):
        raise FilmError(path, "two masks that overlap", "the right and the left lung's", "check the pair of files")
    return np.where(left, 2, right).astype(np.uint8)
