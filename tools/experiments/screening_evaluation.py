"""Evaluation of the score: inside a site, by groups, across sites, and as shipped."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from chestxr.data import Film, open_collection
from chestxr.metrics.classification import threshold_at_sensitivity
from chestxr.metrics.thresholds import wilson_interval
from tools.experiments.bundle_runs import DATA
from tools.experiments.screening_bench import SITES, Bench
from tools.experiments.screening_pictures import keep_scores
from tools.experiments.screening_shipped import evaluate_shipped

__all__ = ["across_sites", "in_site", "shipped"]

_REPEATS = 3
_LOCAL_FILMS, _LOCAL_DRAWS = 20, 200
_AGES = [0, 18, 40, 60, 120]
# Groups with fewer TB-positive or TB-negative films are not evaluated separately.
_LEAST_OF_A_CLASS = 10


def in_site(bench: Bench) -> Iterator[list[dict]]:
    """Yield nested cross-validation inside each site; by sex, age and reading where known."""
    films = {film.name: film for film in open_collection(bench.dataset_dir).films}
    for site in SITES:
        scored = bench.nested(bench.films(site), repeats=_REPEATS)
        keep_scores(scored, site, site)
        about = {"training": site, "test": site}
        yield bench.rows(scored, **about, group="all")
        people = [films[name] for name in scored.index]
        for group, members in _by_people(people).items():
            part = scored[members]
            if part["label"].value_counts().reindex([0, 1], fill_value=0).min() >= _LEAST_OF_A_CLASS:
                yield bench.rows(part, **about, group=group)
        for group, members in _by_reading(people).items():
            if members.any():
                yield [about | {"group": group, "data": DATA} | _sensitivity(scored[members])]


def _by_people(films: list[Film]) -> dict[str, np.ndarray]:
    """Return masks of the films of each sex and age group."""
    sex = pd.Series([film.sex for film in films])
    age = pd.cut(pd.Series([film.age_years for film in films], dtype=float), _AGES, right=False)
    of_sex = {f"sex {value}": (sex == value).to_numpy() for value in ("F", "M")}
    return of_sex | {f"age {years}": (age == years).to_numpy() for years in age.cat.categories}


def _by_reading(films: list[Film]) -> dict[str, np.ndarray]:
    """Return masks of TB-positive films by reading: both lungs, or one, or a field of it."""
    readings = pd.Series([(film.reading or "").lower() if film.tuberculosis else "" for film in films])
    both = readings.str.contains("bilateral")
    one = ~both & readings.str.contains("right|left")
    upper = readings.str.contains("upper")
    return {
        "reading: both lungs": both.to_numpy(),
        "reading: one lung, upper field": (one & upper).to_numpy(),
        "reading: one lung, other": (one & ~upper).to_numpy(),
        "reading: no side named": ((readings != "") & ~both & ~one).to_numpy(),
    }


def _sensitivity(scored: pd.DataFrame) -> dict:
    """Return the sensitivity, with Wilson's interval."""
    positive = scored["probability"] >= scored["threshold"]
    low, high = wilson_interval(positive.sum(), len(positive))
    value = {"metric": "sensitivity at threshold", "value": float(positive.mean())}
    return value | {"low": low, "high": high, "n": len(positive), "unit": "1"}


def across_sites(bench: Bench) -> Iterator[list[dict]]:
    """Yield scores of one site, trained on the other: as is, adapted without labels, with a threshold from 20 films."""
    films = {site: bench.films(site) for site in SITES}
    for source, target, adapted, scored in bench.across(films):
        keep_scores(scored, source, target, adapted)
        about = {"training": source, "test": target, "adapted": adapted, "group": "all"}
        yield bench.rows(scored, **about)
        yield [about | {"data": DATA} | row for row in _local_threshold(scored)]


def _local_threshold(scored: pd.DataFrame) -> list[dict]:
    """Set the threshold for 90% sensitivity on 20 labelled local films, and evaluate it on the others, repeatedly."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(_LOCAL_DRAWS):
        local = scored.groupby("label").sample(_LOCAL_FILMS // 2, random_state=random.integers(2**31))
        rest = scored.drop(local.index)
        positive = rest["probability"] >= threshold_at_sensitivity(local["label"], local["probability"], 0.9)
        found.append([positive[rest["label"] == 1].mean(), 1 - positive[rest["label"] == 0].mean()])
    low, mean, high = np.quantile(found, 0.025, axis=0), np.mean(found, axis=0), np.quantile(found, 0.975, axis=0)
    return [
        {"metric": f"{name}, threshold from {_LOCAL_FILMS} local films", "value": float(mean[i]), "low": float(low[i])}
        | {"high": float(high[i]), "n": len(scored) - _LOCAL_FILMS, "unit": "1"}
        for i, name in enumerate(("sensitivity", "specificity"))
    ]


def shipped(bench: Bench) -> Iterator[list[dict]]:
    """Yield the training and evaluation of the bundle's classifier."""
    yield [row | {"data": DATA} for row in evaluate_shipped(bench.dataset_dir, bench.processes)]
