"""Lung frame: a crop around the lungs, resized to a square and normalised by the lungs' intensities."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import interpolate

from .lung_contrast import LungContrast

__all__ = ["LungFrame", "lung_frame", "lung_frames"]

# Smallest width and height of the lungs' bounding box, as a fraction of the film's.
_LEAST_SIDE = 0.10
# Beyond three times the lungs' contrast are markers, metal and faulty pixels (tools/experiments/lung_contrast.py).
# Clipping bounds the number of grey levels, and so the time and memory per film.
_RANGE = (-3.0, 4.0)


@dataclass(frozen=True)
class LungFrame:
    """
    Lungs cropped from a film, resized and normalised.

    Attributes
    ----------
    film : numpy.ndarray, shape (size, size), float32
        Intensities, 0 and 1 at the lower and upper percentile of the lungs' pixels, clipped to -3 and 4.
    ranks : numpy.ndarray, shape (size, size), float32
        Fraction of the lungs' pixels that are darker, 0 to 1: invariant to any monotonic tone curve.
    labels : numpy.ndarray, shape (size, size), uint8
        Label map: 0 background, 1 right lung, 2 left lung.
    box : tuple of slice
        Position of the crop in the film, (x, y) in pixels, including the margin; it may reach beyond the film.
    contrast : LungContrast
        Contrast of the lungs.
    """

    film: np.ndarray
    ranks: np.ndarray
    labels: np.ndarray
    box: tuple[slice, slice]
    contrast: LungContrast


def lung_frame(
    film: np.ndarray,
    labels: np.ndarray,
    size: int = 128,
    margin: float = 0.05,
    percentiles: tuple[float, float] = (1.0, 99.0),
) -> LungFrame:
    """
    Crop a film to its lungs, resize it to a square, and normalise it by the lungs' intensities.

    The frame makes features independent of aspect ratio and field of view: some collections resize their films without
    keeping the aspect ratio, and most state no pixel spacing. Texture is measured relative to the width and height of
    the lungs. The percentiles remove brightness and contrast; the ranks also remove the tone curve of the detector's
    processing.

    Parameters
    ----------
    film : numpy.ndarray, shape (W, H)
        Intensities, bone white, any unit.
    labels : numpy.ndarray, shape (W, H), integer
        Label map: 0 background, 1 right lung, 2 left lung.
    size : int, optional
        Side of the frame in pixels.
    margin : float, optional
        Margin on each side, as a fraction of the lungs' bounding box; edge pixels are repeated beyond the film.
    percentiles : tuple of float, optional
        Percentiles of the lungs' intensities that become 0 and 1.

    Returns
    -------
    LungFrame

    Raises
    ------
    ValueError
        If film and labels differ in shape, labels contain values other than 0, 1 and 2, the lungs are missing or too
        small, or the film contains NaN or infinite values.
    LungContrastError
        If the lungs are saturated or have hardly any contrast, so that only noise could be measured.
    """
    return lung_frames(film, labels, [size], margin, percentiles)[0]


def lung_frames(
    film: np.ndarray,
    labels: np.ndarray,
    sizes: Sequence[int],
    margin: float = 0.05,
    percentiles: tuple[float, float] = (1.0, 99.0),
) -> list[LungFrame]:
    """Return the lung frames of several sizes; the film is cropped and checked once. See :py:func:`lung_frame`."""
    film, labels = np.asarray(film, dtype=np.float32), np.asarray(labels)
    _check(film, labels)
    inner = [_extent(np.any(labels > 0, axis=1 - axis)) for axis in (0, 1)]
    if any(stop - start < _LEAST_SIDE * side for (start, stop), side in zip(inner, film.shape, strict=True)):
        raise ValueError("lungs too small to measure; expected a frontal chest film with both lungs outlined")
    pads = [round(margin * (stop - start)) for start, stop in inner]
    rows, columns = (slice(start - pad, stop + pad) for (start, stop), pad in zip(inner, pads, strict=True))
    box = (rows, columns)
    ordered = np.sort(film[labels > 0])
    cut_film, cut_labels = _cut(film, box), _cut(labels, box)
    lungs = [(cut_labels == lung).astype(np.float32) for lung in (1, 2)]
    return [_frame(cut_film, lungs, size, percentiles, ordered, box) for size in sizes]


def _frame(
    film: np.ndarray,
    lungs: Sequence[np.ndarray],
    size: int,
    percentiles: tuple[float, float],
    ordered: np.ndarray,
    box: tuple[slice, slice],
) -> LungFrame:
    """Return the frame of one size, from a cropped film, a mask of each lung, and the lungs' ordered intensities."""
    film = _resize(film, size)
    shares = np.stack([_resize(lung, size) for lung in lungs])
    labels = np.where(shares.sum(axis=0) >= 0.5, 1 + shares.argmax(axis=0), 0).astype(np.uint8)
    low, high = np.percentile(film[labels > 0], percentiles)
    contrast = LungContrast.of(ordered, high - low, film)
    contrast.check()
    scaled = np.clip((film - low) / (high - low), *_RANGE)
    return LungFrame(scaled, _ranks(film, film[labels > 0]), labels, box, contrast)


def _check(film: np.ndarray, labels: np.ndarray) -> None:
    if film.ndim != 2 or film.shape != labels.shape:
        raise ValueError(f"a film of {film.shape} and a mask of {labels.shape} pixels; expected the same two sides")
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(np.ptp(film))
    if not finite:
        raise ValueError("the film holds NaN, infinite values or some close to it; expected numbers below 1e38 only")
    # Integers between the lowest and the highest need no search, which takes longer than the rest.
    whole = np.issubdtype(labels.dtype, np.integer)
    values = np.array([labels.min(), labels.max()]) if whole and labels.size else np.unique(labels)
    if not np.isin(values, (0, 1, 2)).all():
        raise ValueError(
            f"a mask with the values {np.unique(labels)[:5].tolist()}; expected 0 background, 1 right lung, 2 left "
            "lung: chestxr.io.lung_sides.label_lungs makes them from masks of 0 and 255"
        )
    if not values.any():
        raise ValueError("an empty mask; expected both lungs outlined")


def _extent(occupied: np.ndarray) -> tuple[int, int]:
    places = np.flatnonzero(occupied)
    return int(places[0]), int(places[-1]) + 1


def _cut(array: np.ndarray, box: tuple[slice, slice]) -> np.ndarray:
    """Crop to a box that may reach beyond the array; edge pixels are repeated there."""
    parts = list(zip(box, array.shape, strict=True))
    inside = array[tuple(slice(max(part.start, 0), part.stop) for part, _ in parts)]
    beyond = [(max(-part.start, 0), max(part.stop - side, 0)) for part, side in parts]
    return np.pad(inside, beyond, mode="edge") if np.any(beyond) else inside


def _ranks(film: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return, for each pixel, the fraction of `among` that is darker; ties count half."""
    ordered, pixels = np.sort(among), film.ravel()
    # In ascending order, each search starts where the one before ended, in the processor's cache.
    order = np.argsort(pixels)
    ascending = pixels[order]
    below, up_to = (np.searchsorted(ordered, ascending, side=side) for side in ("left", "right"))
    ranks = np.empty(len(pixels), np.float32)
    ranks[order] = (below + up_to) / (2 * len(ordered))
    return ranks.reshape(film.shape)


def _resize(array: np.ndarray, size: int) -> np.ndarray:
    """Resize by bilinear interpolation with antialiasing."""
    tensor = torch.from_numpy(np.ascontiguousarray(array))[None, None]
    return interpolate(tensor, (size, size), mode="bilinear", antialias=True, align_corners=False)[0, 0].numpy()
