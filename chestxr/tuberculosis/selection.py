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
    candidates = features.drop(columns=[name for name in features.columns if name in set(unstable)])
    usable = (candidates.notna().mean() >= 0.5) & (candidates.nunique() > 1)
    candidates = candidates.loc[:, usable]
    ranks = rankdata(candidates.fillna(candidates.median()).to_numpy(), axis=0)
    order = np.argsort(-np.abs(_auc_from_ranks(ranks, np.asarray(labels)) - 0.5), kind="stable")
    ranks = ranks - ranks.mean(axis=0)
    ranks /= np.linalg.norm(ranks, axis=0)
    taken: list[int] = []
    for index in order:
        if len(taken) == count:
            break
        if not taken or np.abs(ranks[:, taken].T @ ranks[:, index]).max() <= most_alike:
            taken.append(index)
    return candidates.columns[taken].tolist()


def _auc_from_ranks(ranks: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return each feature's area under the ROC curve, by the Mann-Whitney statistic."""
    ill, well = (labels == 1).sum(), (labels == 0).sum()
    return (ranks[labels == 1].sum(axis=0) - ill * (ill + 1) / 2) / (ill * well)
