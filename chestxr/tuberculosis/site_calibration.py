"""Setting a threshold on labelled films of a site."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from chestxr.metrics.bootstrap import stratified_draws
from chestxr.metrics.classification import score_rows, threshold_at_sensitivity
from chestxr.metrics.thresholds import films_needed, threshold_at_specificity, threshold_table

__all__ = ["LEAST_OF_A_CLASS", "RESAMPLES", "SiteCalibration", "Target", "check_classes"]

# With fewer films, one film moves a sensitivity or specificity by more than a tenth.
LEAST_OF_A_CLASS = 10
_AGES = (("below 15", 0, 15), ("15 to 34", 15, 35), ("35 to 54", 35, 55), ("55 and above", 55, np.inf))
RESAMPLES = 2000


@dataclass(frozen=True)
class Target:
    """
    What a threshold must reach.

    Attributes
    ----------
    measure : str
        "sensitivity" or "specificity".
    least : float
        Its smallest value, above 0 and below 1.
    """

    measure: str
    least: float

    def __str__(self) -> str:
        """Return the target in words."""
        return f"{self.measure} {self.least:g} or more"

    def threshold(self, labels: np.ndarray, scores: np.ndarray) -> float:
        """Return the threshold that reaches it on films, and misses as few of the other class as possible."""
        find = threshold_at_sensitivity if self.measure == "sensitivity" else threshold_at_specificity
        return find(labels, scores, self.least)


@dataclass(frozen=True)
class SiteCalibration:
    """
    Decisions on a site's labelled films at every threshold, and the threshold that reaches a target.

    Parameters
    ----------
    films : pandas.DataFrame
        One row per film: ``tuberculosis`` (1 or 0), ``probability``, ``sex`` ("F", "M", "" if unknown), ``age_years``
        (NaN if unknown).
    target : Target
        Sensitivity or specificity to reach.
    prevalence : float
        Share of films with tuberculosis where the score will be used.
    precision : float
        Half of the width of a 95% interval that sensitivity and specificity should have.

    Raises
    ------
    ValueError
        If there are fewer than ``LEAST_OF_A_CLASS`` films with or without tuberculosis, or no threshold reaches the
        target and finds a film.
    """

    films: pd.DataFrame
    target: Target
    prevalence: float
    precision: float
    _draws: list[np.ndarray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the films, and draw the bootstrap samples."""
        check_classes(self.labels)
        if not (self.scores >= self.target.threshold(self.labels, self.scores)).any():
            raise ValueError(f"no threshold reaches a {self.target} and finds any film; ask for less")
        object.__setattr__(self, "_draws", stratified_draws(self.labels, RESAMPLES, 0))

    @property
    def labels(self) -> np.ndarray:
        """Labels of the films, 1 tuberculosis, 0 not."""
        return self.films["tuberculosis"].to_numpy(int)

    @property
    def scores(self) -> np.ndarray:
        """Probabilities of the films."""
        return self.films["probability"].to_numpy(float)

    @cached_property
    def threshold(self) -> float:
        """
        The threshold that reaches the target.

        It lies in the middle between the score that reaches it and the next lower one: rounding on another machine
        leaves the decisions as they are.
        """
        reached = self.target.threshold(self.labels, self.scores)
        return float((reached + max(self.scores[self.scores < reached], default=0.0)) / 2)

    @cached_property
    def threshold_interval(self) -> tuple[float, float]:
        """95% percentile interval of the threshold over bootstrap samples of the films."""
        found = [self.target.threshold(self.labels[draw], self.scores[draw]) for draw in self._draws]
        low, high = np.quantile(found, [0.025, 0.975])
        return float(low), float(high)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Decisions at every threshold, as :py:func:`chestxr.metrics.thresholds.threshold_table` counts them."""
        return threshold_table(self.labels, self.scores, self.prevalence)

    @cached_property
    def metrics(self) -> dict[str, dict]:
        """AUC and calibration of the probabilities with intervals, by name; see :py:func:`.score_rows`."""
        return {row["metric"]: row for row in score_rows(self.labels, self.scores, self.threshold)}

    @cached_property
    def groups(self) -> pd.DataFrame:
        """
        Decisions by sex and age at the site's threshold, and the threshold that each group would need.

        Only groups with ``LEAST_OF_A_CLASS`` films with and without tuberculosis have numbers.
        """
        rows = []
        for name, chosen in self._grouped():
            labels, scores = self.labels[chosen], self.scores[chosen]
            positives, negatives = int(labels.sum()), int((labels == 0).sum())
            row: dict[str, Any] = {
                "group": name,
                "positives": positives,
                "negatives": negatives,
                "own_threshold": np.nan,
            }
            if min(positives, negatives) >= LEAST_OF_A_CLASS:
                decisions = threshold_table(labels, scores, self.prevalence, [self.threshold]).iloc[0]
                row |= {str(column): value for column, value in decisions.drop("threshold").items()}
                row["own_threshold"] = self.target.threshold(labels, scores)
            rows.append(row)
        return pd.DataFrame(rows)

    @cached_property
    def missing(self) -> dict[str, int]:
        """How many labelled films are missing for the precision, of those with (1) and without tuberculosis (0)."""
        row = self.at(self.threshold)
        needed = {
            "positives": films_needed(row["sensitivity"], self.precision),
            "negatives": films_needed(row["specificity"], self.precision),
        }
        have = {"positives": int(self.labels.sum()), "negatives": int((self.labels == 0).sum())}
        return {kind: max(0, number - have[kind]) for kind, number in needed.items()}

    def at(self, threshold: float) -> dict[str, float]:
        """Return the decisions at one threshold."""
        decisions = threshold_table(self.labels, self.scores, self.prevalence, [threshold]).iloc[0]
        return {str(column): float(value) for column, value in decisions.items()}

    def _grouped(self) -> list[tuple[str, np.ndarray]]:
        sex, age = self.films["sex"].to_numpy(str), self.films["age_years"].to_numpy(float)
        named = [("women", sex == "F"), ("men", sex == "M")]
        named += [(f"age {words}", (age >= low) & (age < high)) for words, low, high in _AGES]
        return [(name, chosen) for name, chosen in named if chosen.any()]


def check_classes(labels: np.ndarray) -> None:
    """Raise ValueError if there are too few films with or without tuberculosis to set a threshold."""
    counts = [int((np.asarray(labels) == value).sum()) for value in (1, 0)]
    if min(counts) < LEAST_OF_A_CLASS:
        raise ValueError(
            f"found {counts[0]} films with tuberculosis and {counts[1]} without; expected {LEAST_OF_A_CLASS} or more "
            "of each to set a threshold; label more films"
        )
