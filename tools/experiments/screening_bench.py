"""Score films inside a site by nested cross-validation, and across sites."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from chestxr.metrics.classification import score_rows
from chestxr.radiomics import DEFAULT_SETTINGS
from chestxr.tuberculosis import TrainingFilms, patient_folds
from tools.experiments.bundle_runs import DATA
from tools.experiments.screening_films import measured_films
from tools.experiments.screening_fits import Fit, shipped_fit

__all__ = ["ALL_RADIOMICS", "SITES", "Bench"]

SITES = ("montgomery", "shenzhen")
# With intensities, shape, texture, half zones and differences between regions.
ALL_RADIOMICS = {
    "feature_images": ["original", "rank"],
    "feature_settings": str(DEFAULT_SETTINGS),
    "feature_regions": None,
}
_FOLDS = 5


class Bench:
    """Films by site, with methods to score them."""

    def __init__(self, dataset_dir: Path, processes: int) -> None:
        self.dataset_dir, self.processes = dataset_dir, processes
        self._measured: dict[str, TrainingFilms] = {}

    def films(self, site: str, masks: str = "predicted", **settings: object) -> TrainingFilms:
        """Return a site's films, measured with one kind of mask, and with overrides of the bundle's train.json."""
        key = f"{masks} {settings}"
        if key not in self._measured:
            self._measured[key] = measured_films(self.dataset_dir, masks, self.processes, **settings)
        films = self._measured[key]
        return films[np.flatnonzero(films.sites == site)]

    def nested(self, films: TrainingFilms, fit: Fit = shipped_fit, repeats: int = 1) -> pd.DataFrame:
        """Score films in repeated cross-validation grouped by patient; each fit selects models on its own films."""
        parts = [part for repeat in range(repeats) for part in patient_folds(films, _FOLDS, 100 + repeat)]
        jobs = (delayed(_fit_and_score)(fit, films[inside], films[outside]) for inside, outside in parts)
        found = [scores for (scores,) in Parallel(self.processes)(jobs)]
        return _mean_over_repeats(films, [outside for _, outside in parts], found, repeats)

    def across(
        self, films: dict[str, TrainingFilms], fit: Fit = shipped_fit
    ) -> Iterator[tuple[str, str, bool, pd.DataFrame]]:
        """Train on each site and score the other, without and with adaptation by its unlabelled films."""
        ways = (SITES[::-1], SITES)
        jobs = (delayed(_fit_and_score)(fit, films[a], films[b], (False, True)) for a, b in ways)
        for (source, target), found in zip(ways, Parallel(self.processes)(jobs), strict=True):
            for adapted, scores in zip((False, True), found, strict=True):
                yield source, target, adapted, _table(films[target], *scores)

    def rows(self, scored: pd.DataFrame, **about: object) -> list[dict]:
        """Return metrics of scores; ``about`` describes what was scored."""
        measured = score_rows(
            scored["label"].to_numpy(), scored["probability"].to_numpy(), scored["threshold"].to_numpy()
        )
        return [about | {"data": DATA} | row for row in measured]


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
    """Average each film's probability and threshold over the repeats."""
    probability, threshold = np.zeros(len(films)), np.zeros(len(films))
    for outside, (scores, fixed) in zip(outsides, found, strict=True):
        probability[outside] += scores / repeats
        threshold[outside] += fixed / repeats
    return _table(films, probability, threshold)
