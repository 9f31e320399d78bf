"""Models fitted in the experiments: the classifier, variants with fewer features, and baselines."""

from collections.abc import Callable

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import RobustScaler

from chestxr.metrics.classification import threshold_at_sensitivity
from chestxr.tuberculosis import FitSettings, TrainingFilms, fit_classifier
from chestxr.tuberculosis.site_scaler import SiteScaler

__all__ = ["Fit", "Model", "few_features", "shipped_fit"]

# A fit takes films and returns a model; a model takes films to score, and whether to adapt to them, and returns their
# probabilities and the threshold set on the training films.
Model = Callable[[TrainingFilms, bool], tuple[np.ndarray, float]]
Fit = Callable[[TrainingFilms], Model]


def shipped_fit(training: TrainingFilms) -> Model:
    """Fit the classifier."""
    classifier = fit_classifier(training, "", FitSettings())

    def score(test: TrainingFilms, adapted: bool) -> tuple[np.ndarray, float]:
        site = SiteScaler.fit(test.features, "") if adapted else None
        return classifier.probability(test.features, site), classifier.threshold

    return score


def few_features(training: TrainingFilms) -> Model:
    """Fit a logistic regression on films with a few features."""
    return _linear(training, LogisticRegression())


def _linear(training: TrainingFilms, line: LogisticRegression) -> Model:
    fill = training.features.median()
    scaler = RobustScaler().fit(training.features.fillna(fill))

    def prepared(films: TrainingFilms, by: RobustScaler) -> np.ndarray:
        return by.transform(films.features.fillna(fill)).clip(-5, 5)

    def score(test: TrainingFilms, adapted: bool) -> tuple[np.ndarray, float]:
        own = RobustScaler().fit(test.features.fillna(fill)) if adapted else scaler
        return line.predict_proba(prepared(test, own))[:, 1], threshold

    line.fit(prepared(training, scaler), training.labels.astype(int))
    scores = line.predict_proba(prepared(training, scaler))[:, 1]
    threshold = threshold_at_sensitivity(training.labels, scores, FitSettings().sensitivity)
    return score
