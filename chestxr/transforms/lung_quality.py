"""Does what a network outlined look like a pair of lungs on an upright frontal film, and the film like a film?"""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import torch
from monai.config import NdarrayOrTensor
from monai.transforms import MapTransform, Transform
from monai.utils import TransformBackends, convert_data_type
from torch.nn.functional import interpolate

__all__ = ["LungQuality", "LungQualityd", "lung_contrast", "on_grid", "row_jump"]

# From where to where the heart lies, in shares of the rows that both lungs have: the range that on training films
# tells most mirror images apart at one false alarm in a hundred.
_HEART_ROWS = (0.20, 0.80)
# Rows and columns that are compared, and no more than the film was stored with.
_GRID = 256
# Above and below the lungs, in shares of their height: farther off lies the edge of what was exposed.
_MARGIN = 0.02
# Rows are seen by eight, the blocks of JPEG; of these, this share is taken for undamaged at least.
_ROWS_PER_BLOCK, _UNDAMAGED = 8, 0.2
# Two steps of a film of eight bits; smaller differences between rows are those of a blank.
_LEAST_DIFFERENCE = 2 / 255


class LungQuality(Transform):
    """
    Measure predicted lungs, and say what is odd about them.

    The measurements, with the limits beyond which a film is flagged:

    - ``right_area``, ``left_area``: share of the film that each lung covers.
    - ``symmetry``: smaller lung's area over the larger one's.
    - ``wholeness``: share of the predicted lung pixels that the clean-up kept (one component a lung, holes filled).
    - ``confidence``: mean probability of the predicted class over the lungs.
    - ``heart_side``: how far the gap between the lungs lies off the thorax's midline, in thorax widths, toward the
      patient's left: the mean over the heart's rows. The heart makes it positive; on a film stored mirrored it is
      negative, as it is in dextrocardia.
    - ``cut_off``: of the film's edge that runs through lungs for longest, the share that does. A film that shows the
      whole chest has background all around.
    - ``contrast``: how much darker the lungs are than the rest of the rectangle around them, in shares of the film's
      range. Damage that spreads over the film leaves little; a film with black bones is below 0.
    - ``row_jump``: how suddenly the picture changes between two rows, over what it usually does
      (:py:func:`row_jump`): a damaged file shows other rows, noise or nothing there.

    Each default limit flags about one in a hundred of the public Montgomery and Shenzhen training films or fewer.
    ``heart_side`` then notices five in six of their mirror images; ``cut_off`` half of the validation films of which a
    tenth is cropped on each side, and all at a fifth. ``tools/experiments/quality_limits.py`` measures it.

    Parameters
    ----------
    smallest_lung, largest_lung : float, optional
        Limits of each lung's area, as a share of the film.
    least_symmetry, least_wholeness, least_confidence : float, optional
        Lower limits of those measurements.
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
        Parameters
        ----------
        lungs : torch.Tensor or numpy.ndarray, shape (1, W, H)
            The label map after clean-up: 0 background, 1 right lung, 2 left lung.
        predicted : torch.Tensor or numpy.ndarray, shape (1, W, H)
            The label map before clean-up.
        probability : torch.Tensor or numpy.ndarray, shape (3, W, H)
            The probabilities of background, right and left lung.
        film : torch.Tensor or numpy.ndarray, shape (1, w, h)
            The film as the network sees it, of whatever size; bone white, scaled to reach from 0 to 1.

        Returns
        -------
        measurements : dict of str to float
            As above; NaN where there is nothing to measure.
        warnings : str
            What is odd, in words joined by "; "; "" for nothing.
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
        Say whether measurements are those of a frontal chest film: two lungs, each in one piece, side by side.

        Of anything else no lung can be judged. Lungs of different size, or of which the network is unsure, may be ill.
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
        # Not measurable is as odd as beyond the limit.
        if not found["contrast"] >= self.least_contrast:
            warnings.append("lungs hardly darker than what is around them: is the file damaged, or a negative?")
        if not found["row_jump"] <= self.most_row_jump:
            warnings.append("the picture breaks between two rows: is the file damaged, or written on?")
        return warnings


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else np.nan


def _heart_side(right: np.ndarray, left: np.ndarray) -> float:
    """
    Return the mean offset of the gap's middle from the thorax's, in thorax widths; NaN if they are not side by side.

    The rows are those of `_HEART_ROWS`: apices and costophrenic angles, which say little of the heart, are left out.
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
    """Return the largest share of an edge that is lung; `lungs` is (W, H)."""
    return float(max(edge.mean() for edge in (lungs[0], lungs[-1], lungs[:, 0], lungs[:, -1])))


class LungQualityd(MapTransform):
    """
    Dictionary-based version of :py:class:`LungQuality`.

    Adds ``quality``, the measurements, ``quality_flags``, the warnings, and ``is_chest``, whether there are two lungs
    side by side, to the item.

    Parameters
    ----------
    keys : str
        The label map after clean-up.
    predicted_key : str, optional
        The label map before clean-up.
    probability_key : str, optional
        The class probabilities.
    film_key : str, optional
        The film as the network sees it.
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
        """Return the item with its quality."""
        keys = (self.first_key(data), self.predicted_key, self.probability_key, self.film_key)
        measurements, warnings = self.check(*(data[key] for key in keys))
        found = {"quality": measurements, "quality_flags": warnings, "is_chest": self.check.is_chest(measurements)}
        return dict(data) | found


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
    pieces = len(differences) // _ROWS_PER_BLOCK
    if not pieces:
        return np.nan
    largest = differences[: pieces * _ROWS_PER_BLOCK].reshape(pieces, _ROWS_PER_BLOCK).max(axis=1)
    usual = np.maximum(np.quantile(largest, _UNDAMAGED), _LEAST_DIFFERENCE)
    return float(np.abs(np.diff(differences)).max() / usual)


def _around(lungs: np.ndarray) -> tuple[slice, slice]:
    """Return the rectangle around lungs."""
    columns, rows = (np.flatnonzero(lungs.any(axis=axis)) for axis in (1, 0))
    return slice(columns[0], columns[-1] + 1), slice(rows[0], rows[-1] + 1)
