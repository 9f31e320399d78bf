"""Ablations of the classifier's design."""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from chestxr.tuberculosis import TrainingFilms
from tools.experiments.screening_bench import SITES, Bench
from tools.experiments.screening_films import perturbed_films
from tools.experiments.screening_fits import Fit, boosted, few_features, logistic, stable_only

__all__ = ["ablations"]


def ablations(bench: Bench) -> Iterator[list[dict]]:
    """Yield ablations of the design, inside a site and across sites."""
    films = {site: bench.films(site) for site in SITES}
    names = films["shenzhen"].features.columns
    parts = [name.split(".") for name in names]
    images = np.array([image for _, image, *_ in parts])
    places = np.array([place for place, *_ in parts])
    between = np.array([place.split("_")[-1] in ("difference", "spread", "highest", "lowest") for place in places])
    fine = np.array(["hessian" in image for image in images])
    ranked = np.array([image.startswith("rank") for image in images])
    chosen = {
        "all features": names,
        "both lungs, unfiltered": names[(places == "lungs") & (images == "original")],
        "both lungs": names[places == "lungs"],
        "no differences between regions": names[~between],
        "no fine structure": names[~fine],
        "no ranks": names[~ranked],
    }
    ways: dict[str, tuple[dict[str, TrainingFilms], Fit]] = {
        "mean lung intensity": (_only(films, ["lungs.original.firstorder.Mean"]), few_features),
        "logistic regression": (films, logistic),
        "stable features only": (films, partial(stable_only, perturbed_films(bench.dataset_dir, bench.processes))),
        "manual masks": ({site: bench.films(site, "manual") for site in SITES}, boosted),
    }
    for ablation, kept in chosen.items():
        ways[ablation] = (_only(films, kept), boosted)
    for ablation, (measured, fit) in ways.items():
        yield _inside_and_across(bench, measured, fit, ablation)


def _inside_and_across(bench: Bench, films: dict[str, TrainingFilms], fit: Fit, ablation: str) -> list[dict]:
    rows = []
    for site in SITES:
        rows += bench.rows(bench.nested(films[site], fit), training=site, test=site, ablation=ablation)
    for source, target, adapted, scored in bench.across(films, fit):
        rows += bench.rows(scored, training=source, test=target, adapted=adapted, ablation=ablation)
    return rows


def _only(films: dict[str, TrainingFilms], names: Sequence[str]) -> dict[str, TrainingFilms]:
    """Keep only the named features."""
    names = list(names)
    return {site: TrainingFilms(f.features[names], f.labels, f.patients, f.sites) for site, f in films.items()}
