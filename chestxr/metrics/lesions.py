"""Detection of lesions: marks against boxes, and the free-response ROC."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from monai.metrics import compute_froc_curve_data

__all__ = ["FROC_RATES", "Detection", "froc_sensitivities", "match_marks"]

# False marks a film at which sensitivity is reported.
FROC_RATES = (0.25, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Detection:
    """
    Marks of one film, compared with its boxes.

    Attributes
    ----------
    lesions : tuple of float
        For each box, the probability of its most suspicious mark; 0 if no mark is inside.
    false_marks : tuple of float
        Probabilities of the marks that are in no box.
    first_is_lesion : bool
        Whether the most suspicious mark is in a box; False without marks.
    """

    lesions: tuple[float, ...]
    false_marks: tuple[float, ...]
    first_is_lesion: bool


def match_marks(marks: np.ndarray, boxes: np.ndarray) -> Detection:
    """
    Compare a film's marks with its boxes.

    Parameters
    ----------
    marks : numpy.ndarray, shape (N, 3)
        x and y in pixels of the film, and probability; the most suspicious first.
    boxes : numpy.ndarray, shape (M, 4)
        Left, top, right, bottom in pixels of the film.

    Returns
    -------
    Detection
    """
    marks, boxes = np.asarray(marks, dtype=float).reshape(-1, 3), np.asarray(boxes, dtype=float).reshape(-1, 4)
    points = marks[:, None, :2]
    inside = ((boxes[None, :, :2] <= points) & (points <= boxes[None, :, 2:])).all(axis=2)
    in_a_box = inside.any(axis=1)
    return Detection(
        lesions=tuple(np.where(inside, marks[:, 2:], 0.0).max(axis=0, initial=0.0).tolist()),
        false_marks=tuple(marks[~in_a_box, 2].tolist()),
        first_is_lesion=bool(in_a_box[:1].any()),
    )


def froc_sensitivities(films: Sequence[Detection], rates: Sequence[float] = FROC_RATES) -> list[float]:
    """
    Return the fraction of lesions that are marked at given rates of false marks.

    The free-response ROC of MONAI (:py:func:`monai.metrics.compute_froc_curve_data`): the threshold on the probability
    of a mark runs over all films. Between two thresholds sensitivity is interpolated; beyond the largest rate of false
    marks it stays at its last value.

    Parameters
    ----------
    films : sequence of Detection
        All films, also those without boxes.
    rates : sequence of float, optional
        False marks a film.

    Returns
    -------
    list of float
        Sensitivity at each rate, NaN if there is no lesion.
    """
    found = np.array([probability for film in films for probability in film.lesions])
    false = np.array([probability for film in films for probability in film.false_marks])
    if not len(found):
        return [float("nan")] * len(rates)
    # Its lowest threshold is left out of the curve, so give it one below all marks.
    curve = compute_froc_curve_data(np.append(false, -1.0), found[found > 0], len(found), len(films))
    false_a_film, sensitivity = (values[::-1] for values in curve)
    return np.interp(rates, false_a_film, sensitivity).tolist()
