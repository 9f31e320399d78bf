"""Fit a tuberculosis classifier; every choice is made inside the films it is given."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
import pandas as pd
import xgboost
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold
from tqdm import tqdm

from chestxr.metrics.classification import threshold_at_sensitivity
from chestxr.utils.provenance import package_versions

from .classifier import Calibration, TuberculosisClassifier
from .selection import select_features
from .site_scaler import SiteScaler

__all__ = ["FitSettings", "TrainingFilms", "fit_classifier", "patient_folds"]


@dataclass(frozen=True)
class TrainingFilms:
    """
    Films to learn from.

    Attributes
    ----------
    features : pandas.DataFrame, shape (films, features)
        Indexed by the films' names.
    labels : numpy.ndarray, shape (films,)
        1 tuberculosis, 0 not.
    patients : numpy.ndarray, shape (films,)
        Films of one patient share a name; they are never parted by a fold.
    sites : numpy.ndarray, shape (films,)
        Where each film was taken; each site's films are standardised by themselves.
    """

    features: pd.DataFrame
    labels: np.ndarray
    patients: np.ndarray
    sites: np.ndarray

    def __post_init__(self) -> None:
        """Refuse films that nothing can be learnt from."""
        labels = np.asarray(self.labels, dtype=object)
        unlabelled = self.features.index[[label not in (0, 1) for label in labels]]
        if len(unlabelled):
            raise ValueError(f"{unlabelled[0]}: no tuberculosis label; expected 0 or 1 for every film to learn from")
        if len(set(labels)) < 2:
            raise ValueError(f"all films are labelled {labels[0]}; expected both 0 and 1 to learn from")

    def __getitem__(self, chosen: np.ndarray) -> "TrainingFilms":
        """Return some of the films."""
        return TrainingFilms(self.features.iloc[chosen], self.labels[chosen], self.patients[chosen], self.sites[chosen])

    def harmonised(self) -> "TrainingFilms":
        """Return the films with each site's features standardised by that site's films."""
        parts = []
        for site, part in self.features.groupby(self.sites):
            try:
                parts.append(SiteScaler.fit(part, "")(part))
            except ValueError as error:
                raise ValueError(f"site {site}: {error}") from error
        return replace(self, features=pd.concat(parts).loc[self.features.index])

    def __len__(self) -> int:
        """Return the number of films."""
        return len(self.labels)


@dataclass(frozen=True)
class FitSettings:
    """
    What is tried, and how.

    Attributes
    ----------
    counts : sequence of int
        Numbers of selected features to try.
    depths : sequence of int
        Depths of the trees to try.
    folds, repeats : int
        Cross-validation in which the choice is made, and calibration and threshold are learnt.
    sensitivity : float
        Sensitivity that the threshold gives on films that the trees had not seen.
    trees, patience : int
        Most trees, and after how many without a gain on the fold's other films to stop.
    booster : dict
        Further parameters of XGBoost.
    seed : int
        Seed of folds and trees: the same films and settings give the same classifier.
    """

    counts: Sequence[int] = (1500, 4000)
    depths: Sequence[int] = (2,)
    folds: int = 5
    repeats: int = 1
    sensitivity: float = 0.9
    trees: int = 1000
    patience: int = 50
    booster: dict = field(
        default_factory=lambda: {
            "eta": 0.05,
            "subsample": 0.7,
            "colsample_bytree": 0.02,
            "min_child_weight": 3.0,
            "lambda": 5.0,
            "nthread": 1,
        }
    )
    seed: int = 0


def fit_classifier(
    films: TrainingFilms,
    settings_hash: str,
    settings: FitSettings = FitSettings(),
    unstable: Collection[str] = (),
    **about,
) -> TuberculosisClassifier:
    """
    Choose, fit, calibrate and set a threshold.

    Each site's films are standardised by that site's median and interquartile range, which needs no labels; the
    classifier keeps those of all films together for films of an unknown site. Each candidate is fitted in repeated
    cross-validation by patient, with features selected inside each fold and the number of trees found by early stopping
    there. The candidate with the least log loss is fitted on all films, with the median number of trees. Calibration
    and threshold come from the candidate's scores of films outside its folds.

    Parameters
    ----------
    films : TrainingFilms
        What to learn from.
    settings_hash : str
        The settings that the features come from.
    settings : FitSettings, optional
        What is tried, and how.
    unstable : collection of str, optional
        Features to leave out.
    **about
        What to keep with the classifier beside the films' names, the chosen candidate and the versions.

    Raises
    ------
    ValueError
        If a class has fewer patients than there are folds.
    """
    scale, films = SiteScaler.fit(films.features, settings_hash), films.harmonised()
    candidates = list(product(sorted(settings.counts), settings.depths))
    scored = _cross_validate(films, settings, unstable, candidates)
    losses = [log_loss(films.labels, 1 / (1 + np.exp(-margins))) for margins, _ in scored]
    best = int(np.argmin(losses))
    (count, depth), (margins, trees) = candidates[best], scored[best]
    calibration = _calibrate(films.labels, margins)
    threshold = threshold_at_sensitivity(films.labels, calibration(margins), settings.sensitivity)
    names = select_features(films.features, films.labels, count, unstable=unstable)
    booster = _boost(films, names, settings, depth, trees)
    booster.feature_names = names
    about |= {
        "films": dict(zip(films.features.index, calibration(margins).round(4).tolist(), strict=True)),
        "sites": sorted(set(films.sites)),
        "prevalence": float(np.mean(films.labels)),
        "chosen": {"features": count, "depth": depth, "trees": trees},
        "threshold_rule": f"{settings.sensitivity:.0%} sensitivity in cross-validation",
        "versions": package_versions() | {"xgboost": xgboost.__version__},
    }
    return TuberculosisClassifier(booster, calibration, threshold, scale.of(names), about)


def patient_folds(films: TrainingFilms, folds: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """
    Deal films into folds by patient, alike in label.

    Yields
    ------
    tuple of numpy.ndarray
        Positions of the films inside and outside the fold's training part.
    """
    ill = min(len(set(films.patients[films.labels == label])) for label in (0, 1))
    if ill < folds:
        raise ValueError(f"a class with {ill} patients; expected {folds} or more, one for each fold")
    yield from StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(
        films.features, films.labels, films.patients
    )


def _cross_validate(
    films: TrainingFilms, settings: FitSettings, unstable: Collection[str], candidates: list[tuple[int, int]]
) -> list[tuple[np.ndarray, int]]:
    """
    Try candidates on films that their trees do not see.

    Returns
    -------
    list of tuple of numpy.ndarray and int
        For each candidate every film's mean margin, all with the median number of trees, and that number.
    """
    fitted: list[list] = [[] for _ in candidates]
    with tqdm(total=settings.repeats * settings.folds, desc="fitting", unit="fold", leave=False) as progress:
        for repeat in range(settings.repeats):
            for inside, outside in patient_folds(films, settings.folds, settings.seed + repeat):
                training, held_out = films[inside], films[outside]
                # Best first: a smaller number of features is the beginning of a larger one.
                names = select_features(training.features, training.labels, candidates[-1][0], unstable=unstable)
                for boosters, (count, depth) in zip(fitted, candidates, strict=True):
                    booster = _boost(training, names[:count], settings, depth, settings.trees, held_out)
                    boosters.append((outside, names[:count], booster))
                progress.update()
    return [_mean_margins(films, boosters, settings.repeats) for boosters in fitted]


def _mean_margins(films: TrainingFilms, boosters: list, repeats: int) -> tuple[np.ndarray, int]:
    trees = int(np.median([booster.best_iteration + 1 for _, _, booster in boosters]))
    margins = np.zeros(len(films))
    for outside, names, booster in boosters:
        matrix = xgboost.DMatrix(films.features[names].to_numpy(np.float32)[outside])
        rounds = (0, min(trees, booster.num_boosted_rounds()))
        margins[outside] += booster.predict(matrix, output_margin=True, iteration_range=rounds) / repeats
    return margins, trees


def _boost(
    films: TrainingFilms,
    names: list[str],
    settings: FitSettings,
    depth: int,
    trees: int,
    held_out: TrainingFilms | None = None,
) -> xgboost.Booster:
    """Fit trees, without names for the features; with films held out, until these gain nothing more."""
    # XGBoost compares all names anew for each tree, which with thousands of them costs about as much as growing it.
    matrices = [
        xgboost.DMatrix(part.features[names].to_numpy(np.float32), part.labels.astype(int))
        for part in (films, held_out)
        if part is not None
    ]
    # Exact trees look at the sampled features only; histograms are built of all of them.
    parameters = {"objective": "binary:logistic", "tree_method": "exact", "max_depth": depth, "seed": settings.seed}
    stopping = {"evals": [(matrices[1], "outside")], "early_stopping_rounds": settings.patience} if held_out else {}
    return xgboost.train(parameters | dict(settings.booster), matrices[0], trees, verbose_eval=False, **stopping)


def _calibrate(labels: np.ndarray, margins: np.ndarray) -> Calibration:
    """Fit Platt's line (Platt 1999), with the labels smoothed as he does."""
    line = LogisticRegression(C=np.inf, max_iter=1000)
    ill, well = (labels == 1).sum(), (labels == 0).sum()
    towards = np.where(labels == 1, (ill + 1) / (ill + 2), 1 / (well + 2))
    doubled = np.concatenate([margins, margins])[:, None]
    line.fit(doubled, np.repeat([1, 0], len(labels)), sample_weight=np.concatenate([towards, 1 - towards]))
    return Calibration(float(line.coef_[0, 0]), float(line.intercept_[0]))
