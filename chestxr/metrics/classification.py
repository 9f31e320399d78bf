"""Classification metrics: discrimination, decisions at a threshold and calibration, with bootstrap intervals."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from .bootstrap import stratified_draws

__all__ = ["calibration_line", "score_rows", "threshold_at_sensitivity"]

_CLIP = 1e-6


def threshold_at_sensitivity(labels: np.ndarray, scores: np.ndarray, sensitivity: float) -> float:
    """
    Return the highest threshold with at least the given sensitivity.

    Parameters
    ----------
    labels : numpy.ndarray, shape (films,)
        1 tuberculosis, 0 not.
    scores : numpy.ndarray, shape (films,)
        Higher is more suspicious.
    sensitivity : float
        From 0 to 1.
    """
    positive = np.sort(np.asarray(scores)[np.asarray(labels) == 1])[::-1]
    return float(positive[min(len(positive), int(np.ceil(sensitivity * len(positive) - 1e-9))) - 1])


def calibration_line(labels: np.ndarray, probabilities: np.ndarray) -> tuple[float, float]:
    """
    Fit labels to the log odds of probabilities; slope 1 and intercept 0 are perfect (Cox 1958, doi 10.2307/2333203).

    Returns
    -------
    slope, intercept : float
        Both from one fit; the slope is not fixed at 1 for the intercept.
    """
    clipped = np.clip(probabilities, _CLIP, 1 - _CLIP)
    line = LogisticRegression(C=np.inf, max_iter=1000).fit(np.log(clipped / (1 - clipped))[:, None], labels)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def score_rows(
    labels: np.ndarray,
    probabilities: np.ndarray,
    threshold: float | np.ndarray,
    resamples: int = 2000,
    seed: int = 0,
    calibration: bool = True,
) -> list[dict]:
    """
    Compute metrics of scores with confidence intervals.

    Parameters
    ----------
    labels : numpy.ndarray, shape (films,)
        1 tuberculosis, 0 not.
    probabilities : numpy.ndarray, shape (films,)
        Calibrated probabilities.
    threshold : float or numpy.ndarray, shape (films,)
        Films at or above it are predicted positive; one value per film if several classifiers scored them. It must be
        chosen elsewhere, on training films.
    resamples : int, optional
        Number of bootstrap samples, stratified by class.
    seed : int, optional
        Seed of the resampling.
    calibration : bool, optional
        Whether to also fit the calibration line, which takes most of the time.

    Returns
    -------
    list of dict
        Rows ``metric``, ``value``, ``low``, ``high`` (95%), ``n``, ``unit``.

    Raises
    ------
    ValueError
        If the labels are all of one class, or a probability is NaN.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, dtype=np.float64)
    if set(np.unique(labels)) != {0, 1}:
        raise ValueError(f"labels {np.unique(labels).tolist()}; expected both 0 and 1 to evaluate a classifier")
    if not np.isfinite(probabilities).all():
        raise ValueError("a score is missing; expected a probability for every film")
    positive = probabilities >= threshold
    value = _measure(labels, probabilities, positive, calibration)
    draws = stratified_draws(labels, resamples, seed)
    resampled = pd.DataFrame(
        [_measure(labels[draw], probabilities[draw], positive[draw], calibration) for draw in draws]
    )
    low, high = (resampled.quantile(share) for share in (0.025, 0.975))
    return [
        {"metric": name, "value": value[name], "low": float(low[name]), "high": float(high[name])}
        | {"n": len(labels), "unit": "1"}
        for name in value
    ]


def _measure(labels: np.ndarray, scores: np.ndarray, positive: np.ndarray, calibration: bool) -> dict[str, float]:
    measured = {
        "auc": float(roc_auc_score(labels, scores)),
        "sensitivity at threshold": float(positive[labels == 1].mean()),
        "specificity at threshold": float(1 - positive[labels == 0].mean()),
        "specificity at 90% sensitivity": _specificity_at_90(labels, scores),
        "brier score": float(brier_score_loss(labels, scores)),
    }
    if calibration:
        measured["calibration slope"], measured["calibration intercept"] = calibration_line(labels, scores)
    return measured


def _specificity_at_90(labels: np.ndarray, scores: np.ndarray) -> float:
    false_positive_rate, sensitivity, _ = roc_curve(labels, scores, drop_intermediate=False)
    return float(1 - false_positive_rate[np.argmax(sensitivity >= 0.9)])
