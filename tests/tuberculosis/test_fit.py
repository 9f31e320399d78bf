"""Training finds a signal, finds none in noise, is deterministic, and raises on invalid training films."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from chestxr.tuberculosis.fit import FitSettings, TrainingFilms, fit_classifier, patient_folds
from chestxr.tuberculosis.selection import select_features

pytestmark = pytest.mark.slow

QUICK = FitSettings(counts=(5,), depths=(2,), folds=3, repeats=1, trees=60, patience=15)


def _films(n: int = 160, signal: float = 1.5, seed: int = 0) -> TrainingFilms:
    random = np.random.default_rng(seed)
    labels = np.tile([0, 1], n // 2)
    values = random.normal(size=(n, 40))
    values[:, 3] += signal * labels
    values[:, 7] -= signal * labels
    values[:, 8] = values[:, 7] + 0.01 * random.normal(size=n)
    names = [f"film{index}" for index in range(n)]
    features = pd.DataFrame(values, index=names, columns=[f"f{index}" for index in range(40)])
    sites = np.where(np.arange(n) < n // 2, "here", "there")
    features[sites == "there"] = 4 * features[sites == "there"] + 9
    return TrainingFilms(features, labels, np.array([name[:-1] for name in names]), sites)


def test_selection_skips_redundant_unstable_and_constant_features():
    films = _films().site_scaled()
    taken = select_features(films.features, films.labels, 5)
    assert "f3" in taken[:2] and len({"f7", "f8"} & set(taken)) == 1
    assert "f3" not in select_features(films.features, films.labels, 5, unstable={"f3"})
    holes = films.features.assign(f3=np.nan, f4=1.0)
    assert not {"f3", "f4"} & set(select_features(holes, films.labels, 40))


def test_signal_generalises_to_new_films():
    classifier = fit_classifier(_films(), "hash", QUICK)
    new = _films(seed=1)
    assert roc_auc_score(new.labels, classifier.margin(new.site_scaled().features * 1, _identity(classifier))) > 0.9
    assert {"f3"} < set(classifier.feature_names)
    assert classifier.about["sites"] == ["here", "there"] and len(classifier.about["films"]) == 160
    assert 0.2 < classifier.about["prevalence"] < 0.8 and 0 < classifier.threshold < 1


def test_noise_gives_an_auc_of_about_one_half():
    films = _films(signal=0.0)
    new = _films(signal=0.0, seed=1)
    classifier = fit_classifier(films, "hash", QUICK)
    auc = roc_auc_score(new.labels, classifier.margin(new.site_scaled().features, _identity(classifier)))
    assert 0.35 < auc < 0.65


def test_training_is_deterministic():
    first, second = (fit_classifier(_films(), "hash", QUICK) for _ in range(2))
    assert bytes(first.booster.save_raw()) == bytes(second.booster.save_raw())
    assert first.calibration == second.calibration and first.threshold == second.threshold


def test_folds_do_not_split_patients():
    films = _films()
    for inside, outside in patient_folds(films, 3, seed=0):
        assert not set(films.patients[inside]) & set(films.patients[outside])
        assert sorted([*inside, *outside]) == list(range(len(films)))


def test_missing_labels_one_class_and_few_patients_raise():
    films = _films()
    with pytest.raises(ValueError, match="film3: no tuberculosis label"):
        TrainingFilms(films.features, np.where(np.arange(160) == 3, None, films.labels), films.patients, films.sites)
    with pytest.raises(ValueError, match="all films are labelled 1"):
        TrainingFilms(films.features, np.ones(160, dtype=int), films.patients, films.sites)
    with pytest.raises(ValueError, match="a class with 2 patients; expected 3 or more"):
        fit_classifier(films[np.r_[0:60:2, 21, 43]], "hash", QUICK)


def _identity(classifier):
    """Return a scaler that changes nothing, for films that are already standardised."""
    from chestxr.tuberculosis.site_scaler import SiteScaler

    scale = pd.DataFrame([[0.0] * 40, [1.0] * 40], index=["median", "spread"], columns=[f"f{i}" for i in range(40)])
    return SiteScaler(scale, 160, classifier.settings_hash)
