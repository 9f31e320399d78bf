"""From a row for each spoilt film to results with intervals."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from chestxr.evaluation.summary import bootstrap_interval
from chestxr.transforms import LungQuality
from chestxr.tuberculosis.metrics import score_rows

__all__ = ["POOR", "lung_rows", "score_rows_of"]

# Dice below which an outline counts as poor.
POOR = 0.9
_MEASUREMENTS = ("right_area", "left_area", "symmetry", "wholeness", "confidence", "heart_side")
_TOLD = ("auc", "sensitivity at threshold", "specificity at threshold")


def lung_rows(films: pd.DataFrame) -> Iterator[dict]:
    """
    Summarise the masks of one step.

    Parameters
    ----------
    films : pandas.DataFrame
        What the lung bundle wrote, with the columns dice and site.

    Yields
    ------
    dict
        Rows site, metric, value, low, high, n: "dice", the mean of both lungs; and shares of films: "flagged" (a
        warning, or not read at all), "no score" (not two lungs side by side: the screening bundle would refuse it),
        "poor outlines" (Dice below .9), "unflagged poor outlines".
    """
    flagged = films["status"] != "ok"
    no_score = ~films.apply(_is_chest, axis=1)
    poor = films["dice"] < POOR
    shares = {"flagged": flagged, "no score": no_score, "poor outlines": poor}
    for site, chosen in _by_site(films):
        dice = films["dice"][chosen].to_numpy()
        yield _row(site, "dice", dice.mean(), bootstrap_interval(dice), len(dice))
        for metric, share in (shares | {"unflagged poor outlines": poor & ~flagged}).items():
            yield _share(site, metric, share[chosen])


def score_rows_of(films: pd.DataFrame) -> Iterator[dict]:
    """
    Summarise the scores of one step.

    Parameters
    ----------
    films : pandas.DataFrame
        What the screening bundle wrote, with the columns site and tuberculosis.

    Yields
    ------
    dict
        Rows as `lung_rows` gives them, over both sites: "scored", the share of films that got a score; and of those,
        AUC, sensitivity and specificity at the shipped threshold. None of the latter if those of one label got none.
    """
    scored = films.dropna(subset=["probability"])
    yield _share("all", "scored", films["probability"].notna())
    if scored["tuberculosis"].nunique() == 2:
        threshold = float(scored["threshold"].astype(float).iloc[0])
        for row in score_rows(scored["tuberculosis"], scored["probability"], threshold):
            if row["metric"] in _TOLD:
                yield _row("all", row["metric"], row["value"], (row["low"], row["high"]), row["n"])


def _by_site(films: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    yield "all", films["site"].notna()
    for site in sorted(films["site"].unique()):
        yield site, films["site"] == site


def _is_chest(row: pd.Series) -> bool:
    return LungQuality().is_chest(pd.to_numeric(row[list(_MEASUREMENTS)], errors="coerce").to_dict())


def _share(site: str, metric: str, chosen: pd.Series) -> dict:
    interval = binomtest(int(chosen.sum()), len(chosen)).proportion_ci(method="wilson")
    return _row(site, metric, chosen.mean(), (interval.low, interval.high), len(chosen))


def _row(site: str, metric: str, value: float, interval: tuple[float, float], n: int) -> dict:
    numbers = {"value": value, "low": interval[0], "high": interval[1]}
    rounded = {name: round(float(number), 4) for name, number in numbers.items() if np.isfinite(number)}
    return {"site": site, "metric": metric} | rounded | {"n": n}
