"""
Judge tuberculosis screening, and regenerate docs/results.json, docs/roc.png and docs/explained.png of its bundle.

    python tools/results/screening.py ../shared/data/cxr
    python tools/results/screening.py ../shared/data/cxr --experiments "in site" "across sites"

Every film's lungs are outlined by a network that did not learn from the film (the U-Nets of the five folds, which
tools/results/regenerate.py trains); manual masks enter one ablation only. Features, hyper-parameters, calibration and
threshold are chosen inside the training films of each fit. "shipped" trains the bundle's classifier on the training and
validation films of the split "default" and evaluates it on the test films, through ``python -m monai.bundle run``. What
an earlier call measured is kept unless its experiment is named again.
"""

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from bundle_runs import DATA
from joblib import Parallel, delayed
from screening_films import BUNDLE, all_items, measured_films, perturbed_films
from screening_fits import Fit, boosted, logistic, mean_intensity, stable_only
from screening_pictures import draw_pictures, keep_scores
from screening_shipped import evaluate_shipped

from chestxr.evaluation.versions import package_versions
from chestxr.io import write_text
from chestxr.tuberculosis import (
    TrainingFilms,
    patient_folds,
    score_rows,
    threshold_at_sensitivity,
)

SITES = ("montgomery", "shenzhen")
# Controls and ablations compare large differences, and are not repeated.
FOLDS, REPEATS = 5, 3
LOCAL_FILMS, LOCAL_DRAWS = 20, 200


def main() -> None:
    """Run the experiments that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--experiments", nargs="+", choices=EXPERIMENTS, default=list(EXPERIMENTS))
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="films measured, and fits made, at once")
    arguments = parser.parse_args()
    bench = Bench(arguments.dataset_dir.absolute(), arguments.processes)
    for experiment in arguments.experiments:
        print(f"== {experiment}", flush=True)
        merge(experiment, EXPERIMENTS[experiment](bench))
    draw_pictures(bench.dataset_dir)


class Bench:
    """The films by site, and the ways in which they are scored."""

    def __init__(self, dataset_dir: Path, processes: int) -> None:
        self.dataset_dir, self.processes = dataset_dir, processes
        self._measured: dict[str, TrainingFilms] = {}

    def films(self, site: str, masks: str = "predicted") -> TrainingFilms:
        """Return a site's films, measured under one kind of mask."""
        if masks not in self._measured:
            self._measured[masks], _ = measured_films(self.dataset_dir, masks, self.processes)
        films = self._measured[masks]
        return films[np.flatnonzero(films.sites == site)]

    def nested(self, films: TrainingFilms, fit: Fit = boosted, repeats: int = 1) -> pd.DataFrame:
        """Score films in repeated cross-validation by patient; each fit chooses inside its own films."""
        parts = [part for repeat in range(repeats) for part in patient_folds(films, FOLDS, 100 + repeat)]
        jobs = (delayed(_fit_and_score)(fit, films[inside], films[outside]) for inside, outside in parts)
        found = [scores for (scores,) in Parallel(self.processes)(jobs)]
        return _mean_over_repeats(films, [outside for _, outside in parts], found, repeats)

    def across(
        self, films: dict[str, TrainingFilms], fit: Fit = boosted
    ) -> Iterator[tuple[str, str, bool, pd.DataFrame]]:
        """Learn on each site and score the other, as it is and adapted by its unlabelled films."""
        ways = (SITES[::-1], SITES)
        jobs = (delayed(_fit_and_score)(fit, films[a], films[b], (False, True)) for a, b in ways)
        for (source, target), found in zip(ways, Parallel(self.processes)(jobs), strict=True):
            for adapted, scores in zip((False, True), found, strict=True):
                yield source, target, adapted, _table(films[target], *scores)

    def rows(self, scored: pd.DataFrame, **about: object) -> list[dict]:
        """Measure scores; ``about`` says what was scored."""
        measured = score_rows(
            scored["label"].to_numpy(), scored["probability"].to_numpy(), scored["threshold"].to_numpy()
        )
        return [about | {"data": DATA} | row for row in measured]


def in_site(bench: Bench) -> list[dict]:
    """Nested cross-validation inside each site; by sex and age where they are known."""
    rows = []
    known = {item["film"]: item for item in all_items(bench.dataset_dir)}
    for site in SITES:
        scored = bench.nested(bench.films(site), repeats=REPEATS)
        keep_scores(scored, site, site)
        about = {"training": site, "test": site}
        rows += bench.rows(scored, **about, group="all")
        people = pd.DataFrame([known[name] for name in scored.index], index=scored.index)
        ages = pd.cut(people.get("age_years", pd.Series(np.nan, scored.index)), [0, 18, 40, 60, 120], right=False)
        for groups, name in ((people.get("sex", pd.Series("", scored.index)), "sex"), (ages.astype(str), "age")):
            for group, part in scored.groupby(groups):
                if (
                    group not in ("", "nan")
                    and part["label"].value_counts().min() >= 10
                    and part["label"].nunique() == 2
                ):
                    rows += bench.rows(part, **about, group=f"{name} {group}")
    return rows


def across_sites(bench: Bench) -> list[dict]:
    """Learn on one site, score the other: as it is, adapted by unlabelled films, and with a threshold from 20 films."""
    rows = []
    films = {site: bench.films(site) for site in SITES}
    for source, target, adapted, scored in bench.across(films):
        keep_scores(scored, source, target, adapted)
        about = {"training": source, "test": target, "adapted": adapted, "group": "all"}
        rows += bench.rows(scored, **about)
        rows += [about | {"data": DATA} | row for row in _local_threshold(scored)]
    return rows


def controls(bench: Bench) -> list[dict]:
    """Score by what should tell nothing: background, lung shape, shuffled labels; and tell the sites apart."""
    rows = []
    for site in SITES:
        films = bench.films(site)
        shape = [name for name in films.features if ".shape2D." in name]
        shuffled = np.random.default_rng(0).permutation(films.labels)
        alternatives = {
            "background only": bench.films(site, "background"),
            "lung shape only": TrainingFilms(films.features[shape], films.labels, films.patients, films.sites),
            "shuffled labels": TrainingFilms(films.features, shuffled, films.patients, films.sites),
        }
        for control, changed in alternatives.items():
            rows += bench.rows(bench.nested(changed), training=site, test=site, control=control)
    for source, target, adapted, scored in bench.across({site: bench.films(site, "background") for site in SITES}):
        rows += bench.rows(scored, training=source, test=target, adapted=adapted, control="background only")
    return rows + _which_site(bench)


def _which_site(bench: Bench) -> list[dict]:
    """Tell Shenzhen's normal films from Montgomery's."""
    films = [bench.films(site) for site in SITES]
    normal = [site.labels == 0 for site in films]
    joined = TrainingFilms(
        pd.concat([site.features[kept] for site, kept in zip(films, normal, strict=True)]),
        np.repeat([0, 1], [kept.sum() for kept in normal]),
        np.concatenate([site.patients[kept] for site, kept in zip(films, normal, strict=True)]),
        np.repeat("both", sum(kept.sum() for kept in normal)),
    )
    return bench.rows(bench.nested(joined), training="both", test="both", control="site instead of disease")


def ablations(bench: Bench) -> list[dict]:
    """What each part of the design is worth, inside a site and across."""
    rows = []
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
        "mean lung intensity": (films, mean_intensity),
        "logistic regression": (films, logistic),
        "stable features only": (films, partial(stable_only, perturbed_films(bench.dataset_dir, bench.processes))),
        "manual masks": ({site: bench.films(site, "manual") for site in SITES}, boosted),
    }
    for ablation, kept in chosen.items():
        cut = {site: TrainingFilms(f.features[kept], f.labels, f.patients, f.sites) for site, f in films.items()}
        ways[ablation] = (cut, boosted)
    for ablation, (measured, fit) in ways.items():
        rows += _inside_and_across(bench, measured, fit, ablation)
        # An ablation takes minutes: what is done is kept, should the next be stopped.
        merge("ablations", rows)
    return rows


def _inside_and_across(bench: Bench, films: dict[str, TrainingFilms], fit: Fit, ablation: str) -> list[dict]:
    rows = []
    for site in SITES:
        rows += bench.rows(bench.nested(films[site], fit), training=site, test=site, ablation=ablation)
    for source, target, adapted, scored in bench.across(films, fit):
        rows += bench.rows(scored, training=source, test=target, adapted=adapted, ablation=ablation)
    return rows


def _fit_and_score(
    fit: Fit, training: TrainingFilms, test: TrainingFilms, ways: Sequence[bool] = (False,)
) -> list[tuple[np.ndarray, float]]:
    model = fit(training)
    return [model(test, adapted) for adapted in ways]


def _table(films: TrainingFilms, probability: np.ndarray, threshold: float | np.ndarray) -> pd.DataFrame:
    columns = {"label": films.labels.astype(int), "probability": probability, "threshold": threshold}
    return pd.DataFrame(columns, index=films.features.index)


def _mean_over_repeats(
    films: TrainingFilms, outsides: list[np.ndarray], found: list[tuple], repeats: int
) -> pd.DataFrame:
    """Average each film's probability, and the threshold it was held against, over the repeats."""
    probability, threshold = np.zeros(len(films)), np.zeros(len(films))
    for outside, (scores, fixed) in zip(outsides, found, strict=True):
        probability[outside] += scores / repeats
        threshold[outside] += fixed / repeats
    return _table(films, probability, threshold)


def _local_threshold(scored: pd.DataFrame) -> list[dict]:
    """Set the threshold for 90% sensitivity on 20 labelled local films, and judge it on the others; over many draws."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(LOCAL_DRAWS):
        local = scored.groupby("label").sample(LOCAL_FILMS // 2, random_state=random.integers(2**31))
        rest = scored.drop(local.index)
        called = rest["probability"] >= threshold_at_sensitivity(local["label"], local["probability"], 0.9)
        found.append([called[rest["label"] == 1].mean(), 1 - called[rest["label"] == 0].mean()])
    low, mean, high = np.quantile(found, 0.025, axis=0), np.mean(found, axis=0), np.quantile(found, 0.975, axis=0)
    return [
        {"metric": f"{name}, threshold from {LOCAL_FILMS} local films", "value": float(mean[i]), "low": float(low[i])}
        | {"high": float(high[i]), "n": len(scored) - LOCAL_FILMS, "unit": "1"}
        for i, name in enumerate(("sensitivity", "specificity"))
    ]


def merge(experiment: str, rows: list[dict]) -> None:
    """Put an experiment's rows into docs/results.json, in place of its earlier ones."""
    path = BUNDLE / "docs" / "results.json"
    results = json.loads(path.read_text()) if path.is_file() else {"rows": []}
    kept = [row for row in results["rows"] if row["experiment"] != experiment]
    told = [{"experiment": experiment, "model": "xgboost"} | _rounded(row) for row in rows]
    ordered = sorted(kept + told, key=lambda row: list(EXPERIMENTS).index(row["experiment"]))
    lines = ",\n".join("  " + json.dumps(row) for row in ordered)
    head = {"command": "python tools/results/screening.py DATASET_DIR", "versions": package_versions()}
    write_text(path, json.dumps(head, indent=1)[:-2] + f',\n "rows": [\n{lines}\n ]\n}}\n')


def _rounded(row: dict) -> dict:
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}


def shipped(bench: Bench) -> list[dict]:
    """Train and evaluate the classifier that the bundle holds."""
    return [row | {"data": DATA} for row in evaluate_shipped(bench.dataset_dir, bench.processes)]


EXPERIMENTS = {
    "in site": in_site,
    "across sites": across_sites,
    "shipped": shipped,
    "controls": controls,
    "ablations": ablations,
}

if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    main()
