"""Summarise measurements of degraded films with confidence intervals."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from chestxr.metrics.bootstrap import bootstrap_interval
from chestxr.metrics.classification import score_rows
from chestxr.metrics.thresholds import wilson_interval

__all__ = ["POOR", "lung_rows", "score_rows_of", "share_row"]

# Masks with a Dice below this are poor.
POOR = 0.9
# Start of the warning about out-of-distribution features.
_UNLIKE = "unlike the films"
_REPORTED = ("auc", "sensitivity at threshold", "specificity at threshold")


def lung_rows(films: pd.DataFrame) -> Iterator[dict]:
    """
    Summarise the masks of one step.

    Parameters
    ----------
    films : pandas.DataFrame
        Table of the lung bundle, with the columns dice and site.

    Yields
    ------
    dict
        Rows site, metric, value, low, high, n: "dice", the mean of both lungs; and fractions of films: "flagged" (a
        warning, or unreadable), "poor outlines" (Dice below .9), "unflagged poor outlines".
    """
    flagged = films["status"] != "ok"
    poor = films["dice"] < POOR
    shares = {"flagged": flagged, "poor outlines": poor, "unflagged poor outlines": poor & ~flagged}
    for site, chosen in _by_site(films):
        dice = films["dice"][chosen].to_numpy()
        yield {"site": site} | _row("dice", dice.mean(), bootstrap_interval(dice), len(dice))
        for metric, share in shares.items():
            yield {"site": site} | share_row(metric, share[chosen])


def score_rows_of(films: pd.DataFrame, limit: float) -> Iterator[dict]:
    """
    Summarise the scores of one step.

    Parameters
    ----------
    films : pandas.DataFrame
        Table of the screening bundle, with the columns site and tuberculosis.
    limit : float
        Limit of outlying features above which a film gets a warning.

    Yields
    ------
    dict
        Rows as yielded by `lung_rows`, over both sites. Fractions of all films: "refused", without a score; "warned
        of", scored with a warning; "warned of features only", no other warning;
        "wrong", on the wrong side of the shipped threshold; "wrong in silence", without a warning. For films with a
        score: AUC, and sensitivity and specificity at that threshold; omitted if only one label is left.
    """
    has_score, of_features = films["probability"].notna(), films["outlying_features"] > limit
    warned = has_score & (films["reason"] != "")
    other = has_score & films["reason"].map(_has_other_warning)
    wrong = has_score & ((films["decision"] == "suspicious") != (films["tuberculosis"] == 1))
    shares = {"refused": ~has_score, "warned of": warned, "warned of features only": of_features & ~other}
    for metric, share in (shares | {"wrong": wrong, "wrong in silence": wrong & ~warned}).items():
        yield {"site": "all"} | share_row(metric, share)
    scored = films[has_score]
    if scored["tuberculosis"].nunique() == 2:
        threshold = float(scored["threshold"].astype(float).iloc[0])
        for row in score_rows(scored["tuberculosis"], scored["probability"], threshold, calibration=False):
            if row["metric"] in _REPORTED:
                yield {"site": "all"} | _row(row["metric"], row["value"], (row["low"], row["high"]), row["n"])


def _by_site(films: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    yield "all", films["site"].notna()
    for site in sorted(films["site"].unique()):
        yield site, films["site"] == site


def _has_other_warning(reason: str) -> bool:
    return any(warning and not warning.startswith(_UNLIKE) for warning in reason.split("; "))


def share_row(metric: str, chosen: pd.Series) -> dict:
    """Return the row of a fraction of films, with Wilson's interval."""
    return _row(metric, chosen.mean(), wilson_interval(chosen.sum(), len(chosen)), len(chosen))


def _row(metric: str, value: float, interval: tuple[float, float], n: int) -> dict:
    numbers = {"value": value, "low": interval[0], "high": interval[1]}
    rounded = {name: round(float(number), 4) for name, number in numbers.items() if np.isfinite(number)}
    return {"metric": metric} | rounded | {"n": n}
