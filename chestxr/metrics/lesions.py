"""Detection of lesions: marks against boxes, and the free-response ROC."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from monai.metrics import compute_froc_curve_data
from sklearn.metrics import roc_auc_score

from .bootstrap import bootstrap_interval

__all__ = ["FROC_RATES", "Detection", "detection_rows", "froc_sensitivities", "match_marks", "zone_row"]

# False marks a film at which sensitivity is reported.
FROC_RATES = (0.25, 0.5, 1.0, 2.0)
# A zone of which this fraction lies in boxes has a lesion; zones that boxes only touch are left out.
_COVERED = 0.25
_TOUCHED = 0.01


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

    @property
    def margin(self) -> float:
        """Probability of the best mark in a box minus that of the best mark outside; 0 where there is none."""
        return max(self.lesions, default=0.0) - max(self.false_marks, default=0.0)


def match_marks(marks: Sequence[Sequence], boxes: np.ndarray) -> Detection:
    """
    Compare a film's marks with its boxes.

    Parameters
    ----------
    marks : sequence of sequence
        x and y in pixels of the film, probability, and anything else; the most suspicious first.
    boxes : numpy.ndarray, shape (M, 4)
        Left, top, right, bottom in pixels of the film.

    Returns
    -------
    Detection
    """
    places = np.array([mark[:3] for mark in marks], dtype=float).reshape(-1, 3)
    boxes = np.asarray(boxes, dtype=float).reshape(-1, 4)
    points = places[:, None, :2]
    inside = np.all(np.concatenate([boxes[None, :, :2] <= points, points <= boxes[None, :, 2:]], axis=2), axis=2)
    in_a_box = np.any(inside, axis=1)
    return Detection(
        lesions=tuple(np.where(inside, places[:, 2:], 0.0).max(axis=0, initial=0.0).tolist()),
        false_marks=tuple(places[~in_a_box, 2].tolist()),
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


def detection_rows(
    films: Sequence[Detection], kinds: Sequence[Sequence[str]], resamples: int = 1000, seed: int = 0
) -> list[dict]:
    """
    Compute the detection of lesions with bootstrap intervals over films.

    Parameters
    ----------
    films : sequence of Detection
        The films.
    kinds : sequence of sequence of str
        Kind of each lesion, in the order of ``Detection.lesions``.
    resamples : int, optional
        Number of bootstrap samples.
    seed : int, optional
        Seed of the resampling.

    Returns
    -------
    list of dict
        Rows ``metric``, ``value``, ``low``, ``high`` (95%), ``n``: the fraction of films whose first mark is in a box;
        sensitivity at each of ``FROC_RATES`` and their mean, of all lesions and of each kind. For a kind, marks in
        boxes of other kinds count neither as found nor as false.
    """
    draws = np.random.default_rng(seed).integers(len(films), size=(resamples, len(films)))
    first = np.array([film.first_is_lesion for film in films], dtype=float)
    rows = [_row("first mark in a box", first.mean(), first[draws].mean(axis=1), len(films))]
    for kind in ("all", *sorted({kind for of_film in kinds for kind in of_film})):
        chosen = [_of_kind(film, of_film, kind) for film, of_film in zip(films, kinds, strict=True)]
        values = np.array(froc_sensitivities(chosen))
        resampled = np.array([froc_sensitivities([chosen[index] for index in draw]) for draw in draws])
        lesions = sum(len(film.lesions) for film in chosen)
        of_kind = "" if kind == "all" else f", {kind}"
        for index, rate in enumerate(FROC_RATES):
            name = f"sensitivity at {rate:g} false marks{of_kind}"
            rows.append(_row(name, values[index], resampled[:, index], lesions))
        rows.append(_row(f"mean sensitivity{of_kind}", values.mean(), resampled.mean(axis=1), lesions))
    return rows


def zone_row(zones: pd.DataFrame) -> dict:
    """
    Compute how well evidence separates zones with a lesion from the other zones of the same film.

    Parameters
    ----------
    zones : pandas.DataFrame
        Columns film, zone, ``covered`` (fraction of the zone in boxes) and ``evidence``.

    Returns
    -------
    dict
        ``metric``, ``value`` (mean of the films' areas under the ROC curve), ``low``, ``high`` (95%), ``n`` (films with
        zones of both kinds).
    """
    clear = zones[(zones["covered"] >= _COVERED) | (zones["covered"] < _TOUCHED)]
    areas = np.array(
        [
            roc_auc_score(film["covered"] >= _COVERED, film["evidence"])
            for _, film in clear.groupby("film")
            if (film["covered"] >= _COVERED).nunique() == 2
        ]
    )
    low, high = bootstrap_interval(areas)
    value = float(areas.mean()) if len(areas) else float("nan")
    return {"metric": "AUC of zones inside films", "value": value, "low": low, "high": high, "n": len(areas)}


def _of_kind(film: Detection, kinds: Sequence[str], kind: str) -> Detection:
    if kind == "all":
        return film
    lesions = tuple(found for found, of_lesion in zip(film.lesions, kinds, strict=True) if of_lesion == kind)
    return Detection(lesions, film.false_marks, film.first_is_lesion)


def _row(metric: str, value: float, resampled: np.ndarray, n: int) -> dict:
    low, high = np.nanquantile(resampled, [0.025, 0.975])
    return {"metric": metric, "value": float(value), "low": float(low), "high": float(high), "n": n}
