"""Training of the tuberculosis classifier: model selection, calibration and threshold, on training films only."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xgboost
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold

from chestxr.metrics.classification import threshold_at_sensitivity
from chestxr.utils.provenance import package_versions

from .calibration import fit_calibration
from .classifier import TuberculosisClassifier
from .lesion_feature import LESION_FEATURE
from .site_scaler import SiteScaler, check_number_of_films

__all__ = [
    "FitSettings",
    "TrainingFilms",
    "check_labels",
    "check_lesions",
    "check_sites",
    "fit_classifier",
    "patient_folds",
    "sites_left_out",
]


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
    penalties : sequence of float
        Candidate L2 penalties of the linear booster.
    folds : int
        Folds of the cross-validation inside a single site.
    sensitivity : float
        Sensitivity of the threshold on held-out films, 0 to 1.
    rounds : int
        Boosting rounds, each of which updates every coefficient once.
    seed : int
        Seed of the folds: the same films and settings give the same classifier.
    """

    penalties: Sequence[float] = (1.0, 3.0, 10.0)
    folds: int = 5
    sensitivity: float = 0.9
    rounds: int = 60
    seed: int = 0


def fit_classifier(
    films: TrainingFilms,
    settings_hash: str,
    settings: FitSettings = FitSettings(),
    **about,
) -> TuberculosisClassifier:
    """
    Select, fit and calibrate a classifier, and set its threshold.

    Features are standardised by the median and interquartile range of each site, which needs no labels; the classifier
    stores those of all films for films of an unknown site. Each candidate is fitted with each site left out in turn and
    scores the films of that site, standardised like those of an unknown site. With films of one site, folds grouped by
    patient are left out instead. The candidate with the lowest log loss on them, the mean of the sites', is fitted on
    all films. Calibration, the difference between sites and the threshold come from its held-out scores: at the
    threshold, every site left out has the wanted sensitivity.

    Parameters
    ----------
    films : TrainingFilms
        Training films.
    settings_hash : str
        Hash of the settings of the features.
    settings : FitSettings, optional
        Hyper-parameters.
    **about
        Further entries of the classifier's ``about``.

    Returns
    -------
    TuberculosisClassifier

    Raises
    ------
    ValueError
        If a class has fewer patients than there are folds, or a site has too few films to standardise or films of one
        class only.
    """
    across = len(set(films.sites)) > 1
    parts = list(sites_left_out(films) if across else patient_folds(films, settings.folds, settings.seed))
    groups = films.sites if across else np.zeros(len(films))
    held_out = _held_out_margins(films, parts, settings)
    calibrations = [fit_calibration(films.labels, margins, groups) for margins in held_out]
    scored = [calibration(margins) for calibration, margins in zip(calibrations, held_out, strict=True)]
    best = int(np.argmin([_mean_loss(films.labels, probabilities, groups) for probabilities in scored]))
    penalty, calibration, probabilities = settings.penalties[best], calibrations[best], scored[best]
    threshold = min(
        threshold_at_sensitivity(films.labels[groups == group], probabilities[groups == group], settings.sensitivity)
        for group in np.unique(groups)
    )
    booster = _boost(films.site_scaled(), settings, penalty)
    scale = SiteScaler.fit(films.features, settings_hash)
    left_out = "each site left out" if across else "cross-validation"
    about |= {
        "films": dict(zip(films.features.index, probabilities.round(4).tolist(), strict=True)),
        "sites": sorted(set(films.sites)),
        "prevalence": float(np.mean(films.labels)),
        "chosen": {"features": films.features.shape[1], "penalty": penalty},
        "held_out": left_out,
        "threshold_rule": f"{settings.sensitivity:.0%} sensitivity, {left_out}",
        "versions": package_versions() | {"xgboost": xgboost.__version__},
    }
    return TuberculosisClassifier(booster, calibration, threshold, scale, about)


def sites_left_out(films: TrainingFilms) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """
    Leave out one site after the other.

    Yields
    ------
    tuple of numpy.ndarray
        Positions of the training films and of the films of the site left out.

    Raises
    ------
    ValueError
        If a site has films of one class only.
    """
    for site in sorted(set(films.sites)):
        outside = films.sites == site
        if len(set(films.labels[outside])) == 1:
            raise ValueError(f"site {site}: films of one class only; expected TB-positive and TB-negative films")
        yield np.flatnonzero(~outside), np.flatnonzero(outside)


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


def _held_out_margins(films: TrainingFilms, parts: list, settings: FitSettings) -> np.ndarray:
    """Return each film's margin by boosters that were fitted without its part, shape (penalties, films)."""
    margins = np.zeros((len(settings.penalties), len(films)))
    for inside, outside in parts:
        training = films[inside]
        scaled, scale = training.site_scaled(), SiteScaler.fit(training.features, "")
        matrix = xgboost.DMatrix(scale(films.features.iloc[outside]).to_numpy(np.float32))
        for of_penalty, penalty in zip(margins, settings.penalties, strict=True):
            booster = _boost(scaled, settings, penalty)
            of_penalty[outside] = booster.predict(matrix, output_margin=True, validate_features=False)
    return margins


def _mean_loss(labels: np.ndarray, probabilities: np.ndarray, groups: np.ndarray) -> float:
    """Return the mean of the groups' log losses."""
    sites = [groups == group for group in np.unique(groups)]
    return float(np.mean([log_loss(labels[site].astype(int), probabilities[site]) for site in sites]))


def _boost(films: TrainingFilms, settings: FitSettings, penalty: float) -> xgboost.Booster:
    """Fit the linear booster; both classes have the same weight, and a missing value counts as the median."""
    labels = films.labels.astype(int)
    weights = 0.5 * len(films) / np.bincount(labels, minlength=2)[labels]
    names = [str(name) for name in films.features]
    matrix = xgboost.DMatrix(films.features.to_numpy(np.float32), labels, weight=weights, feature_names=names)
    parameters = {
        "booster": "gblinear",
        "objective": "binary:logistic",
        # The default updater is parallel, and gives other coefficients in every run.
        "updater": "coord_descent",
        "reg_lambda": penalty,
        "nthread": 1,
    }
    return xgboost.train(parameters, matrix, settings.rounds)


def check_lesions(classifier: TuberculosisClassifier) -> None:
    """
    Check that more lesion raises the score.

    Raises
    ------
    ValueError
        If it lowers the score, as it does where labels are exchanged.
    """
    coefficients = classifier.booster.get_score(importance_type="weight")
    if float(np.ravel(coefficients[LESION_FEATURE])[0]) < 0:
        raise ValueError("lesions speak against tuberculosis; expected more on films labelled 1; check the labels")
