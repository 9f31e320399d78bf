"""Replace parts of the lungs by the film's own soft tissue, to measure how the lungs are found under opacities."""

from collections.abc import Callable
from zlib import crc32

import numpy as np
from monai.config import KeysCollection
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_data_type, convert_to_dst_type
from scipy.ndimage import gaussian_filter

__all__ = ["SHAPES", "PaintTissued", "paint_tissue"]

# How much of the lung's own structure remains, and how soft the edge of the painted part is, in shares of the film.
_REMAINS = 0.1
_SOFT_EDGE = 0.01


def _lower_half(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return down > 0.5


def _upper_half(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return down < 0.5


def _patch(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return (across - 0.5) ** 2 + (down - 0.55) ** 2 < 0.3**2


def _all(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return np.ones(np.broadcast(across, down).shape, bool)


SHAPES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "upper half": _upper_half,
    "lower half": _lower_half,
    "patch": _patch,
    "white lung": _all,
}


def paint_tissue(film: np.ndarray, labels: np.ndarray, shape: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """
    Replace a part of one lung by soft tissue from between the lungs.

    Parameters
    ----------
    film : numpy.ndarray, shape (W, H), float
        The film, bone white, upright.
    labels : numpy.ndarray, shape (W, H)
        0 background, 1 right lung, 2 left lung.
    shape : str
        Key of `SHAPES`.
    name : str
        The film's name, from which the lung is drawn: every network is measured on the same films.

    Returns
    -------
    painted : numpy.ndarray, shape (W, H), float
        The film.
    part : numpy.ndarray of bool, shape (W, H)
        The painted pixels.
    """
    side = 1 + crc32(name.encode()) % 2
    part = _part_of(labels == side, SHAPES[shape])
    density = (1 - _REMAINS) * gaussian_filter(part.astype(np.float32), _SOFT_EDGE * max(part.shape))
    return film + density * np.maximum(_tissue(film, labels) - film, 0), part


class PaintTissued(MapTransform):
    """
    Dictionary-based version of `paint_tissue`.

    Unlike :py:class:`chestxr.transforms.RandLungOpacityd`, with which networks are trained, it copies real tissue, with
    its texture, and has sharp outlines.

    Parameters
    ----------
    keys : str or sequence of str
        Films (1, W, H), bone white.
    shape : str
        Key of `SHAPES`.
    label_key : str, optional
        Label map (1, W, H): 0 background, 1 right lung, 2 left lung.
    painted_key : str, optional
        Where to store the painted pixels, (1, W, H), 0 or 1.
    """

    backend = [TransformBackends.NUMPY]

    def __init__(
        self, keys: KeysCollection, shape: str, label_key: str = "label", painted_key: str = "painted"
    ) -> None:
        super().__init__(keys)
        self.shape = shape
        self.label_key = label_key
        self.painted_key = painted_key

    def __call__(self, data: dict) -> dict:
        """Return the item with painted films."""
        item = dict(data)
        labels = convert_data_type(item[self.label_key], np.ndarray)[0][0]
        for key in self.key_iterator(item):
            film = convert_data_type(item[key], np.ndarray, dtype=np.float32)[0][0]
            painted, part = paint_tissue(film, labels, self.shape, str(item["film"]))
            item[key] = convert_to_dst_type(painted[None], item[key])[0]
            item[self.painted_key] = convert_to_dst_type(part[None].astype(np.float32), item[self.label_key])[0]
        return item


def _part_of(lung: np.ndarray, shape: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    part = np.zeros(lung.shape, bool)
    box = _box(lung)
    across, down = (np.linspace(0, 1, size) for size in part[box].shape)
    part[box] = shape(across[:, None], down[None]) & lung[box]
    return part


def _tissue(film: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return an image of the film's size, tiled from the tissue between the lower halves of the lungs."""
    right, left = (_box(labels == side) for side in (1, 2))
    top = (right[1].start + right[1].stop) // 2
    first, last = sorted((right[0].stop, left[0].start))
    tile = film[first : max(last, first + 8), top : right[1].stop]
    reach = [(0, max(0, size - side)) for size, side in zip(film.shape, tile.shape, strict=True)]
    return np.pad(tile, reach, mode="symmetric")[: film.shape[0], : film.shape[1]]


def _box(mask: np.ndarray) -> tuple[slice, slice]:
    columns, rows = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    return slice(columns[0], columns[-1] + 1), slice(rows[0], rows[-1] + 1)
