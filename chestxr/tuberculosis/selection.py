"""Univariate feature selection with a redundancy filter."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy.stats import rankdata

__all__ = ["select_features"]


def select_features(
    features: pd.DataFrame,
    labels: np.ndarray,
    count: int,
    most_alike: float = 0.9,
    unstable: Collection[str] = (),
) -> list[str]:
    """
    Select features by their individual AUC, and skip those that correlate with a better one.

    It uses the labels, so call it inside a training fold.

    Parameters
    ----------
    features : pandas.DataFrame, shape (films, features)
        Features of training films. Constant features, and those missing for more than half of the films, are excluded.
    labels : numpy.ndarray, shape (films,)
        1 TB-positive, 0 TB-negative.
    count : int
        Largest number of features to select.
    most_alike : float, optional
        Largest absolute Spearman correlation between two selected features.
    unstable : collection of str, optional
        Names of features to exclude.

    Returns
    -------
    list of str
        Names of the selected features, the most discriminative first.
    """
    names = features.columns.difference(list(unstable), sort=False).to_numpy()
    values = features[names].to_numpy(dtype=np.float64)
    known = np.isfinite(values)
    spread = np.nanmax(values, axis=0, initial=-np.inf) - np.nanmin(values, axis=0, initial=np.inf)
    usable = (known.mean(axis=0) >= 0.5) & (spread > 0)
    names, values, known = names[usable], values[:, usable], known[:, usable]
    ranks = rankdata(np.where(known, values, np.nanmedian(values, axis=0)), axis=0)
    order = np.argsort(-np.abs(_auc_from_ranks(ranks, np.asarray(labels)) - 0.5), kind="stable")
    ranks = ranks - ranks.mean(axis=0)
    ranks /= np.linalg.norm(ranks, axis=0)
    taken: list[int] = []
    chosen = np.zeros((count, len(ranks)))
    for index in order:
        if len(taken) == count:
            break
        if np.abs(chosen[: len(taken)] @ ranks[:, index]).max(initial=0) <= most_alike:
            chosen[len(taken)] = ranks[:, index]
            taken.append(index)
    return names[taken].tolist()


def _auc_from_ranks(ranks: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the area under the ROC curve of each feature, from the Mann-Whitney statistic."""
    positives, negatives = (labels == 1).sum(), (labels == 0).sum()
    return (ranks[labels == 1].sum(axis=0) - positives * (positives + 1) / 2) / (positives * negatives)
