"""Which features a classifier is given: those that tell, and are not told twice."""

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
    Take features by how well each alone tells the classes apart, passing over those that repeat a better one.

    To be called inside a training fold: it looks at the labels.

    Parameters
    ----------
    features : pandas.DataFrame, shape (films, features)
        Training films. A feature that is constant, or missing for half of the films, is never taken.
    labels : numpy.ndarray, shape (films,)
        1 tuberculosis, 0 not.
    count : int
        How many features to take at most.
    most_alike : float, optional
        Largest absolute Spearman correlation between two features that are taken.
    unstable : collection of str, optional
        Features to leave out.

    Returns
    -------
    list of str
        Names, the most telling first.
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
    """Return each feature's area under the ROC curve, by the Mann-Whitney statistic."""
    ill, well = (labels == 1).sum(), (labels == 0).sum()
    return (ranks[labels == 1].sum(axis=0) - ill * (ill + 1) / 2) / (ill * well)
