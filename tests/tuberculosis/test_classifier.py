"""Scores of the classifier, and its file: equal after reading, or an error."""

import shlex
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn.linear_model import LogisticRegression

from chestxr.tuberculosis import Calibration, TuberculosisClassifier
from chestxr.tuberculosis.site_scaler import SiteScaler


@pytest.fixture(scope="module")
def films() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).normal(size=(200, 3)), columns=["a", "b", "c"])


@pytest.fixture(scope="module")
def classifier(films) -> TuberculosisClassifier:
    labels = (films["a"] + films["b"] > 0).astype(int)
    scale = SiteScaler.fit(films, "f" * 64)
    settings = {"booster": "gblinear", "objective": "binary:logistic", "updater": "coord_descent"}
    booster = xgboost.train(settings, xgboost.DMatrix(scale(films), labels), 10)
    return TuberculosisClassifier(booster, Calibration(0.9, -0.1), 0.3, scale, {"films": 200})


def test_saved_classifier_gives_the_same_scores(classifier, films, tmp_path):
    path = tmp_path / "model.json"
    classifier.save(path)
    loaded = TuberculosisClassifier.load(path, "f" * 64)
    np.testing.assert_array_equal(loaded.probability(films), classifier.probability(films))
    assert loaded.about == {"films": 200} and loaded.threshold == 0.3 and loaded.feature_names == ["a", "b", "c"]


def test_contributions_sum_to_the_margin(classifier, films):
    np.testing.assert_allclose(classifier.contributions(films).sum(axis=1), classifier.margin(films), atol=1e-4)


def test_films_of_another_site_are_standardised_by_their_own_scale(classifier, films):
    elsewhere = 5 * films - 3
    scale = SiteScaler.fit(elsewhere, "f" * 64)
    np.testing.assert_allclose(classifier.margin(elsewhere, scale), classifier.margin(films), atol=1e-5)
    assert np.abs(classifier.margin(elsewhere) - classifier.margin(films)).max() > 0.5
    with pytest.raises(ValueError, match="scale of the settings gggggggggggg; expected ffffffffffff"):
        classifier.margin(elsewhere, SiteScaler.fit(elsewhere, "g" * 64))


def test_columns_are_selected_by_name(classifier, films):
    reordered = films[["c", "b", "a"]].assign(other=1.0)
    np.testing.assert_array_equal(classifier.margin(reordered), classifier.margin(films))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_truncated_file_raises(classifier, tmp_path, share):
    path = tmp_path / "model.json"
    classifier.save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match="cut off or no XGBoost model"):
        TuberculosisClassifier.load(path)


def test_other_settings_and_models_raise(classifier, films, tmp_path):
    path = tmp_path / "model.json"
    classifier.save(path)
    with pytest.raises(ValueError, match="fitted on features from the settings ffffffffffff; expected 000000000000"):
        TuberculosisClassifier.load(path, "0" * 64)
    classifier.booster.copy().save_model(path)
    with pytest.raises(ValueError, match="an XGBoost model without calibration"):
        TuberculosisClassifier.load(path)
    with pytest.raises(FileNotFoundError, match="no such classifier"):
        TuberculosisClassifier.load(tmp_path / "nowhere.json")


def test_classifier_of_an_earlier_version_raises(classifier, tmp_path):
    path = tmp_path / "model.json"
    classifier.save(path)
    path.write_text(path.read_text().replace("tuberculosis classifier 2", "tuberculosis classifier 1"))
    with pytest.raises(ValueError, match=r"found chestxr tuberculosis classifier 1; expected .* 2; fit it with this"):
        TuberculosisClassifier.load(path)


def test_interval_covers_the_difference_between_sites():
    fitted = np.linspace(0.1, 0.9, 50)
    inside, across = (Calibration(1.0, 0.0, spread).interval(np.array([0.0]), fitted) for spread in (0.0, 0.5))
    assert across[0] < inside[0] < 0.5 < inside[1] < across[1]
    assert np.log(across[1] / (1 - across[1])) > 1.96 * 0.5


def test_binary_format_of_earlier_versions_raises_with_a_conversion_command(classifier, films, tmp_path):
    path = tmp_path / "old.ubj"
    classifier.save(tmp_path / "saved.json")
    xgboost.Booster(model_file=tmp_path / "saved.json").save_model(path)
    with pytest.raises(ValueError, match="found Universal Binary JSON") as refused:
        TuberculosisClassifier.load(path)
    command = shlex.split(str(refused.value).split("convert it: ")[1])
    subprocess.run([sys.executable, *command[1:]], cwd=tmp_path, check=True)
    converted = TuberculosisClassifier.load(tmp_path / "new.json")
    np.testing.assert_array_equal(converted.probability(films), classifier.probability(films))


def test_missing_features_and_films_without_values_raise(classifier, films):
    with pytest.raises(ValueError, match="1 features are missing, c among them"):
        classifier.probability(films[["a", "b"]])
    with pytest.raises(ValueError, match="no feature has a value"):
        classifier.probability(films * np.nan)


def test_interval_agrees_with_a_bootstrap():
    """The calibration is fitted on films drawn with replacement."""
    random = np.random.default_rng(0)
    margins = random.normal(size=600)
    labels = random.random(600) < 1 / (1 + np.exp(-(0.2 + 1.1 * margins)))
    asked = np.array([-2.0, 0.0, 1.5])

    def fit(films):
        line = LogisticRegression(C=np.inf, max_iter=1000).fit(margins[films, None], labels[films])
        return Calibration(float(line.coef_[0, 0]), float(line.intercept_[0]))

    line = fit(np.arange(600))
    low, high = line.interval(asked, line(margins))
    drawn = np.array([fit(random.integers(0, 600, 600))(asked) for _ in range(400)])
    expected_low, expected_high = np.quantile(drawn, [0.025, 0.975], axis=0)
    np.testing.assert_allclose(high - low, expected_high - expected_low, rtol=0.2)
    assert (low < line(asked)).all() and (line(asked) < high).all()
