"""Training finds a signal, finds none in noise, is deterministic, and raises on invalid training films."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from chestxr.tuberculosis.fit import (
    FitSettings,
    TrainingFilms,
    check_lesions,
    fit_classifier,
    patient_folds,
    sites_left_out,
)
from chestxr.tuberculosis.lesion_feature import LESION_FEATURE
from chestxr.tuberculosis.site_scaler import SiteScaler

pytestmark = pytest.mark.slow

QUICK = FitSettings(penalties=(0.03, 0.3), folds=3)


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


def _margins(classifier, films):
    return classifier.margin(films.features, SiteScaler.fit(films.features, classifier.settings_hash))


def test_signal_generalises_to_new_films():
    classifier = fit_classifier(_films(), "hash", QUICK)
    new = _films(seed=1)
    here = new.sites == "here"
    assert roc_auc_score(new.labels[here], _margins(classifier, new[np.flatnonzero(here)])) > 0.85
    assert classifier.about["held_out"] == "each site left out"
    assert classifier.about["sites"] == ["here", "there"] and len(classifier.about["films"]) == 160
    assert 0.2 < classifier.about["prevalence"] < 0.8 and 0 < classifier.threshold < 1


def test_noise_gives_an_auc_of_about_one_half():
    films = _films(signal=0.0)
    new = _films(signal=0.0, seed=1)
    classifier = fit_classifier(films, "hash", QUICK)
    auc = roc_auc_score(new.labels, _margins(classifier, new))
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
    with pytest.raises(ValueError, match="site there: films of one class only"):
        fit_classifier(films[np.r_[0:80, 81:160:2]], "hash", QUICK)
    with pytest.raises(ValueError, match="a class with 2 patients; expected 3 or more"):
        fit_classifier(films[np.r_[0:60:2, 21, 43]], "hash", QUICK)


def test_films_of_the_site_left_out_are_scored_without_it():
    films = _films()
    for inside, outside in sites_left_out(films):
        assert len({*films.sites[inside]}) == len({*films.sites[outside]}) == 1
        assert sorted([*inside, *outside]) == list(range(len(films)))


def test_every_site_left_out_has_the_wanted_sensitivity():
    films = _films()
    classifier = fit_classifier(films, "hash", QUICK)
    held_out = np.array(list(classifier.about["films"].values()))
    for site in ("here", "there"):
        positive = (films.sites == site) & (films.labels == 1)
        assert np.mean(held_out[positive] >= classifier.threshold - 1e-4) >= 0.9


def test_more_lesion_never_lowers_the_score():
    films = _films()
    lesions = np.random.default_rng(2).normal(size=160) + films.labels
    with_lesions = films.features.assign(**{LESION_FEATURE: lesions})
    classifier = fit_classifier(replace(films, features=with_lesions), "hash", QUICK)
    more = with_lesions.assign(**{LESION_FEATURE: lesions + 0.5})
    assert (classifier.margin(more) > classifier.margin(with_lesions)).all()
    check_lesions(classifier)
    with pytest.raises(ValueError, match="lesions speak against tuberculosis"):
        less = with_lesions.assign(**{LESION_FEATURE: -lesions})
        check_lesions(fit_classifier(replace(films, features=less), "hash", QUICK))
