"""Quality control of lung segmentations, and detection of damaged image files."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import torch
from monai.config import NdarrayOrTensor
from monai.transforms import MapTransform, Transform
from monai.utils import TransformBackends, convert_data_type
from torch.nn.functional import interpolate

__all__ = ["LungQuality", "LungQualityd", "lung_contrast", "on_grid", "row_jump"]

# Rows of the heart, as fractions of the rows that both lungs cover: on training films, this range detects most mirror
# images at a false positive rate of 1%.
_HEART_ROWS = (0.20, 0.80)
# Largest number of rows and columns to compare; never more than the film was stored with.
_GRID = 256
# Margin above and below the lungs, as a fraction of their height: farther off is the edge of the exposed field.
_MARGIN = 0.02
# Rows are grouped by eight, as JPEG blocks are; at least this fraction of the groups is assumed to be undamaged.
_ROWS_PER_BLOCK, _UNDAMAGED = 8, 0.2
# Two grey levels of an 8-bit film; smaller differences between rows are those of a blank image.
_LEAST_DIFFERENCE = 2 / 255


class LungQuality(Transform):
    """
    Measure a lung segmentation, and flag implausible values.

    The measurements, each with a limit beyond which a film is flagged:

    - ``right_area``, ``left_area``: area of each lung, as a fraction of the film.
    - ``symmetry``: area of the smaller lung over that of the larger one.
    - ``wholeness``: fraction of the predicted lung pixels that post-processing kept (one connected component per lung).
    - ``confidence``: mean probability of the predicted class over the lungs.
    - ``heart_side``: offset of the middle between the lungs from the midline of the thorax, in thorax widths, averaged
      over the rows of the heart; positive towards the patient's left. It is negative on a film that is stored
      mirrored, and in dextrocardia.
    - ``cut_off``: largest fraction of one edge of the film that is lung. A film that shows the whole chest has
      background along all four edges.
    - ``contrast``: difference between the mean of the lungs' bounding box without the lungs and the mean of the lungs,
      as a fraction of the film's range (:py:func:`lung_contrast`). Image damage reduces it; a film with black bones is
      below 0.
    - ``row_jump``: largest discontinuity between two rows, relative to the usual differences on the film
      (:py:func:`row_jump`). A damaged file has displaced rows, noise or constant rows.

    Each default limit flags at most about 1% of the public Montgomery and Shenzhen training films. ``heart_side``
    detects five in six of their mirror images; ``cut_off`` detects half of the validation films that are cropped by a
    tenth on each side, and all that are cropped by a fifth. ``tools/experiments/quality_limits.py`` measures these
    figures.

    Parameters
    ----------
    smallest_lung, largest_lung : float, optional
        Limits of the area of each lung, as a fraction of the film.
    least_symmetry, least_wholeness, least_confidence : float, optional
        Lower limits of these measurements.
    least_heart_side : float, optional
        Lower limit of ``heart_side``, in thorax widths.
    most_cut_off : float, optional
        Upper limit of ``cut_off``.
    least_contrast : float, optional
        Lower limit of ``contrast``.
    most_row_jump : float, optional
        Upper limit of ``row_jump``.
    """

    backend = [TransformBackends.NUMPY]

    def __init__(
        self,
        smallest_lung: float = 0.04,
        largest_lung: float = 0.30,
        least_symmetry: float = 0.40,
        least_wholeness: float = 0.97,
        least_confidence: float = 0.96,
        least_heart_side: float = -0.015,
        most_cut_off: float = 0.02,
        least_contrast: float = 0.06,
        most_row_jump: float = 2.5,
    ) -> None:
        self.smallest_lung = smallest_lung
        self.largest_lung = largest_lung
        self.least_symmetry = least_symmetry
        self.least_wholeness = least_wholeness
        self.least_confidence = least_confidence
        self.least_heart_side = least_heart_side
        self.most_cut_off = most_cut_off
        self.least_contrast = least_contrast
        self.most_row_jump = most_row_jump

    def __call__(
        self,
        lungs: NdarrayOrTensor,
        predicted: NdarrayOrTensor,
        probability: NdarrayOrTensor,
        film: NdarrayOrTensor,
    ) -> tuple[dict[str, float], str]:
        """
        Return the measurements and the warnings.

        Parameters
        ----------
        lungs : torch.Tensor or numpy.ndarray, shape (1, W, H)
            Label map after post-processing: 0 background, 1 right lung, 2 left lung.
        predicted : torch.Tensor or numpy.ndarray, shape (1, W, H)
            Label map before post-processing.
        probability : torch.Tensor or numpy.ndarray, shape (3, W, H)
            Probabilities of background, right lung and left lung.
        film : torch.Tensor or numpy.ndarray, shape (1, w, h)
            The input of the network, of any size; bone white, scaled to the range 0 to 1.

        Returns
        -------
        measurements : dict of str to float
            The measurements listed above; NaN where a value is undefined.
        warnings : str
            The flags, joined by "; "; "" if there are none.
        """
        lungs, predicted, probability, film = (
            convert_data_type(array, np.ndarray)[0] for array in (lungs, predicted, probability, film)
        )
        right, left = lungs[0] == 1, lungs[0] == 2
        areas = sorted((float(right.mean()), float(left.mean())))
        either = right | left
        measurements = {
            "right_area": float(right.mean()),
            "left_area": float(left.mean()),
            "symmetry": _ratio(*areas),
            "wholeness": _ratio((either & (predicted[0] > 0)).sum(), (predicted[0] > 0).sum()),
            "confidence": float(np.where(right, probability[1], probability[2])[either].mean())
            if either.any()
            else np.nan,
            "heart_side": _heart_side(right, left),
            "cut_off": _cut_off(either),
            "contrast": lung_contrast(film[0], either),
            "row_jump": row_jump(film[0], either),
        }
        return measurements, "; ".join(self._warnings(measurements))

    def is_chest(self, found: dict[str, float]) -> bool:
        """
        Return whether measurements are those of a frontal chest film: two lungs, each in one piece, side by side.

        No other film is scored. Asymmetry and low confidence are allowed, since disease may cause them.
        """
        return bool(
            min(found["right_area"], found["left_area"]) >= self.smallest_lung
            and max(found["right_area"], found["left_area"]) <= self.largest_lung
            and found["wholeness"] >= self.least_wholeness
            and np.isfinite(found["heart_side"])
        )

    def _warnings(self, found: dict[str, float]) -> list[str]:
        missing = [side for side in ("right", "left") if found[f"{side}_area"] < self.smallest_lung]
        if missing:
            return [f"{' and '.join(missing)} lung missing or tiny: is this a frontal chest film?"]
        warnings = []
        if max(found["right_area"], found["left_area"]) > self.largest_lung:
            warnings.append("lungs too large: is this a whole chest film?")
        if found["symmetry"] < self.least_symmetry:
            warnings.append("lungs of very different size")
        if found["wholeness"] < self.least_wholeness:
            warnings.append("lungs in pieces")
        if found["confidence"] < self.least_confidence:
            warnings.append("the network is unsure")
        if np.isnan(found["heart_side"]):
            warnings.append("lungs not side by side: is the film upright?")
        if found["heart_side"] < self.least_heart_side:
            warnings.append("heart on the patient's right: film stored mirrored, or dextrocardia")
        if found["cut_off"] > self.most_cut_off:
            warnings.append("lungs reach beyond the film: is it cropped?")
        # Negated, so that NaN is flagged too.
        if not found["contrast"] >= self.least_contrast:
            warnings.append("lungs hardly darker than what is around them: is the file damaged, or a negative?")
        if not found["row_jump"] <= self.most_row_jump:
            warnings.append("the picture breaks between two rows: is the file damaged, or written on?")
        return warnings


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else np.nan


def _heart_side(right: np.ndarray, left: np.ndarray) -> float:
    """
    Return the mean offset of the gap's middle from the thorax's, in thorax widths; NaN if lungs are not side by side.

    Only the rows of `_HEART_ROWS` count: apices and costophrenic angles carry little information on the heart.
    """
    rows = np.flatnonzero(right.any(axis=0) & left.any(axis=0))
    rows = rows[slice(*(int(share * len(rows)) for share in _HEART_ROWS))]
    if not len(rows):
        return np.nan
    last = right.shape[0] - 1
    right, left = right[:, rows], left[:, rows]
    outer_right, inner_right = right.argmax(axis=0), last - right[::-1].argmax(axis=0)
    inner_left, outer_left = left.argmax(axis=0), last - left[::-1].argmax(axis=0)
    if (outer_left <= inner_right).any() or (inner_left <= outer_right).any():
        return np.nan
    off_centre = (inner_right + inner_left) / 2 - (outer_right + outer_left) / 2
    return float((off_centre / (outer_left - outer_right)).mean())


def _cut_off(lungs: np.ndarray) -> float:
    """Return the largest fraction of one edge that is lung; `lungs` is (W, H)."""
    return float(max(edge.mean() for edge in (lungs[0], lungs[-1], lungs[:, 0], lungs[:, -1])))


class LungQualityd(MapTransform):
    """
    Dictionary-based version of :py:class:`LungQuality`.

    Adds ``quality`` (the measurements), ``quality_flags`` (the warnings) and ``is_chest`` (whether there are two lungs
    side by side) to the item.

    Parameters
    ----------
    keys : str
        Key of the label map after post-processing.
    predicted_key : str, optional
        Key of the label map before post-processing.
    probability_key : str, optional
        Key of the class probabilities.
    film_key : str, optional
        Key of the network's input.
    **limits
        As in :py:class:`LungQuality`.
    """

    backend = LungQuality.backend

    def __init__(
        self,
        keys: str,
        predicted_key: str = "predicted",
        probability_key: str = "probability",
        film_key: str = "image",
        **limits: float,
    ) -> None:
        super().__init__(keys)
        self.predicted_key = predicted_key
        self.probability_key = probability_key
        self.film_key = film_key
        self.check = LungQuality(**limits)

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, Any]:
        """Return the item with ``quality``, ``quality_flags`` and ``is_chest``."""
        keys = (self.first_key(data), self.predicted_key, self.probability_key, self.film_key)
        measurements, warnings = self.check(*(data[key] for key in keys))
        found = {"quality": measurements, "quality_flags": warnings, "is_chest": self.check.is_chest(measurements)}
        return dict(data) | found


def on_grid(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """
    Resample an image to another grid over the same film, by nearest-neighbour interpolation.

    Parameters
    ----------
    image : numpy.ndarray of bool or float, shape (W, H)
        The film, or a mask.
    shape : tuple of int
        Shape of the grid, (w, h).
    """
    if image.shape == shape:
        return image
    image = np.ascontiguousarray(image)
    pixels = torch.from_numpy(image.view(np.uint8) if image.dtype == bool else image)
    return interpolate(pixels[None, None], shape, mode="nearest-exact")[0, 0].numpy().astype(image.dtype, copy=False)


def lung_contrast(film: np.ndarray, lungs: np.ndarray) -> float:
    """
    Return how much darker the lungs are than the rest of their bounding box.

    Parameters
    ----------
    film : numpy.ndarray, shape (w, h)
        Intensities, bone white, scaled to the range 0 to 1.
    lungs : numpy.ndarray of bool, shape (W, H)
        Mask of both lungs, on any grid over the film.

    Returns
    -------
    float
        Difference of the means; negative if bones are black, NaN if there are no lungs or they fill their bounding box.
    """
    lungs = on_grid(lungs, film.shape)
    if not lungs.any():
        return np.nan
    around = _around(lungs)
    film, lungs = film[around], lungs[around]
    return float(film[~lungs].mean() - film[lungs].mean()) if not lungs.all() else np.nan


def row_jump(film: np.ndarray, lungs: np.ndarray) -> float:
    """
    Return the largest discontinuity between adjacent rows within the lungs' bounding box.

    Image files store rows in order. Lost or repeated bytes displace all rows that follow, and undecodable data become
    noise or a constant: half of the pixels of a row then change at once. Anatomy does not do that; the blocks of
    strong compression and large letters do, and are detected as well. A shift by a few pixels changes no more than ribs
    do, and is missed.

    Parameters
    ----------
    film : numpy.ndarray, shape (w, h)
        Intensities, scaled to the range 0 to 1.
    lungs : numpy.ndarray of bool, shape (W, H)
        Mask of both lungs, on any grid over the film.

    Returns
    -------
    float
        Largest change, from row to row, of the median absolute difference between adjacent rows, divided by its usual
        size: the 20th percentile, over groups of eight rows, of the largest difference in a group. NaN if there are no
        lungs or too few rows.
    """
    grid = tuple(min(_GRID, *sides) for sides in zip(film.shape, lungs.shape, strict=True))
    film, lungs = on_grid(film, grid), on_grid(lungs, grid)
    if not lungs.any():
        return np.nan
    across, down = _around(lungs)
    margin = int(_MARGIN * (down.stop - down.start))
    # Contiguous rows halve the time of the medians.
    rows = np.ascontiguousarray(film[across, max(0, down.start - margin) : down.stop + margin].T)
    differences = np.median(np.abs(np.diff(rows, axis=0)), axis=1, overwrite_input=True)
    pieces = len(differences) // _ROWS_PER_BLOCK
    if not pieces:
        return np.nan
    largest = differences[: pieces * _ROWS_PER_BLOCK].reshape(pieces, _ROWS_PER_BLOCK).max(axis=1)
    usual = np.maximum(np.quantile(largest, _UNDAMAGED), _LEAST_DIFFERENCE)
    return float(np.abs(np.diff(differences)).max() / usual)


def _around(lungs: np.ndarray) -> tuple[slice, slice]:
    """Return the bounding box of the lungs."""
    columns, rows = (np.flatnonzero(lungs.any(axis=axis)) for axis in (1, 0))
    return slice(columns[0], columns[-1] + 1), slice(rows[0], rows[-1] + 1)
