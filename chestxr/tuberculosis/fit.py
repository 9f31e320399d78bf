"""Training of the tuberculosis classifier: model selection, calibration and threshold, on training films only."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from .site_scaler import SiteScaler, check_number_of_films

__all__ = ["FitSettings", "TrainingFilms", "check_labels", "check_sites", "fit_classifier", "patient_folds"]


def check_labels(labels: Mapping[str, int | None]) -> None:
    """
    Check the labels of films by name.

    Raises
    ------
    ValueError
        If a film has no label of 0 or 1, or all films have the same label.
    """
    unlabelled = [film for film, label in labels.items() if label not in (0, 1)]
    if unlabelled:
        raise ValueError(f"{unlabelled[0]}: no tuberculosis label; expected 0 or 1 for every film to train on")
    if len(found := set(labels.values())) == 1:
        raise ValueError(f"all films are labelled {found.pop()}; expected both 0 and 1 to train on")


def check_sites(sites: Iterable[str | None]) -> None:
    """
    Check that each site has enough films to standardise its features.

    Parameters
    ----------
    sites : iterable of str or None
        Site of each film.

    Raises
    ------
    ValueError
        If a site has too few films.
    """
    for site, films in Counter(sites).items():
        try:
            check_number_of_films(films)
        except ValueError as error:
            raise ValueError(f"site {site}: {error}") from error


@dataclass(frozen=True)
class TrainingFilms:
    """
    Features and labels of training films.

    Attributes
    ----------
    features : pandas.DataFrame, shape (films, features)
        Features, indexed by the names of the films.
    labels : numpy.ndarray, shape (films,)
        1 TB-positive, 0 TB-negative.
    patients : numpy.ndarray, shape (films,)
        Patient of each film; no fold splits the films of a patient.
    sites : numpy.ndarray, shape (films,)
        Site of each film; features are standardised per site.

    Raises
    ------
    ValueError
        If a film has no label of 0 or 1, or all films have the same label.
    """

    features: pd.DataFrame
    labels: np.ndarray
    patients: np.ndarray
    sites: np.ndarray

    def __post_init__(self) -> None:
        """Check the labels."""
        check_labels(dict(zip(self.features.index, self.labels, strict=True)))

    def __getitem__(self, chosen: np.ndarray) -> "TrainingFilms":
        """Return the films at the given positions."""
        return TrainingFilms(self.features.iloc[chosen], self.labels[chosen], self.patients[chosen], self.sites[chosen])

    def site_scaled(self) -> "TrainingFilms":
        """Return the films with features standardised per site by :py:class:`SiteScaler`."""
        check_sites(self.sites)
        parts = [SiteScaler.fit(part, "")(part) for _, part in self.features.groupby(self.sites)]
        return replace(self, features=pd.concat(parts).loc[self.features.index])

    def __len__(self) -> int:
        """Return the number of films."""
        return len(self.labels)


@dataclass(frozen=True)
class FitSettings:
    """
    Hyper-parameters of the training.

    Attributes
    ----------
    counts : sequence of int
        Candidate numbers of selected features.
    depths : sequence of int
        Candidate depths of the trees.
    folds, repeats : int
        Cross-validation for model selection, calibration and threshold.
    sensitivity : float
        Sensitivity of the threshold on the held-out films of the cross-validation, 0 to 1.
    trees, patience : int
        Largest number of trees, and early stopping rounds.
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
    Select, fit and calibrate a classifier, and set its threshold.

    Features are standardised by the median and interquartile range of each site, which needs no labels; the classifier
    stores those of all films for films of an unknown site. Each candidate is fitted in repeated cross-validation,
    grouped by patient, with feature selection and early stopping inside each fold. The candidate with the lowest log
    loss is fitted on all films, with the median number of trees. Calibration and threshold are fitted on its held-out
    scores.

    Parameters
    ----------
    films : TrainingFilms
        Training films.
    settings_hash : str
        Hash of the settings of the features.
    settings : FitSettings, optional
        Hyper-parameters.
    unstable : collection of str, optional
        Names of features to exclude.
    **about
        Further entries of the classifier's ``about``.

    Returns
    -------
    TuberculosisClassifier

    Raises
    ------
    ValueError
        If a class has fewer patients than there are folds, or a site has too few films to standardise.
    """
    scale, films = SiteScaler.fit(films.features, settings_hash), films.site_scaled()
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
    Split films into folds, grouped by patient and stratified by label.

    Yields
    ------
    tuple of numpy.ndarray
        Positions of the training films and of the held-out films.

    Raises
    ------
    ValueError
        If a class has fewer patients than there are folds.
    """
    patients = min(len(set(films.patients[films.labels == label])) for label in (0, 1))
    if patients < folds:
        raise ValueError(f"a class with {patients} patients; expected {folds} or more, one for each fold")
    yield from StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(
        films.features, films.labels, films.patients
    )


def _cross_validate(
    films: TrainingFilms, settings: FitSettings, unstable: Collection[str], candidates: list[tuple[int, int]]
) -> list[tuple[np.ndarray, int]]:
    """
    Compute the held-out margins of all candidates.

    Returns
    -------
    list of tuple of numpy.ndarray and int
        For each candidate, the mean margin of every film with the median number of trees, shape (films,), and that
        number.
    """
    fitted: list[list] = [[] for _ in candidates]
    with tqdm(total=settings.repeats * settings.folds, desc="fitting", unit="fold", leave=False) as progress:
        for repeat in range(settings.repeats):
            for inside, outside in patient_folds(films, settings.folds, settings.seed + repeat):
                training, held_out = films[inside], films[outside]
                # Features are sorted, so the smaller selections are prefixes of the largest.
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
    """Fit trees without feature names; stop early if held-out films are given."""
    # XGBoost compares all names for every tree, which with thousands of names costs about as much as growing it.
    matrices = [
        xgboost.DMatrix(part.features[names].to_numpy(np.float32), part.labels.astype(int))
        for part in (films, held_out)
        if part is not None
    ]
    # The exact method reads the sampled features only; histograms are built for all features.
    parameters = {"objective": "binary:logistic", "tree_method": "exact", "max_depth": depth, "seed": settings.seed}
    stopping = {"evals": [(matrices[1], "outside")], "early_stopping_rounds": settings.patience} if held_out else {}
    return xgboost.train(parameters | dict(settings.booster), matrices[0], trees, verbose_eval=False, **stopping)


def _calibrate(labels: np.ndarray, margins: np.ndarray) -> Calibration:
    """Fit Platt scaling with smoothed labels (Platt 1999)."""
    line = LogisticRegression(C=np.inf, max_iter=1000)
    positives, negatives = (labels == 1).sum(), (labels == 0).sum()
    towards = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    doubled = np.concatenate([margins, margins])[:, None]
    line.fit(doubled, np.repeat([1, 0], len(labels)), sample_weight=np.concatenate([towards, 1 - towards]))
    return Calibration(float(line.coef_[0, 0]), float(line.intercept_[0]))
