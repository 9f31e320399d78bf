"""Classification metrics agree with values computed by hand."""

import numpy as np
import pytest

from chestxr.metrics.classification import calibration_line, score_rows, threshold_at_sensitivity


def test_threshold_reaches_the_sensitivity():
    labels = np.array([1] * 10 + [0] * 5)
    scores = np.concatenate([np.arange(10) / 10, np.full(5, 0.55)])
    assert threshold_at_sensitivity(labels, scores, 0.9) == 0.1
    assert threshold_at_sensitivity(labels, scores, 0.85) == 0.1
    assert threshold_at_sensitivity(labels, scores, 1.0) == 0.0
    assert threshold_at_sensitivity(labels, scores, 0.1) == 0.9


def test_well_calibrated_scores_give_slope_1_and_intercept_0():
    random = np.random.default_rng(0)
    probabilities = random.uniform(0.02, 0.98, 20_000)
    labels = (random.random(20_000) < probabilities).astype(int)
    slope, intercept = calibration_line(labels, probabilities)
    assert slope == pytest.approx(1, abs=0.05) and intercept == pytest.approx(0, abs=0.05)
    overconfident = 1 / (1 + (1 / probabilities - 1) ** 2)
    assert calibration_line(labels, overconfident)[0] == pytest.approx(0.5, abs=0.03)


def test_metrics_agree_with_hand_computed_values():
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    probabilities = np.array([0.1, 0.2, 0.3, 0.7, 0.4, 0.6, 0.8, 0.9])
    rows = {row["metric"]: row for row in score_rows(labels, probabilities, 0.5, resamples=200)}
    assert rows["auc"]["value"] == 14 / 16
    assert rows["sensitivity at threshold"]["value"] == rows["specificity at threshold"]["value"] == 3 / 4
    assert rows["specificity at 90% sensitivity"]["value"] == 3 / 4
    assert rows["brier score"]["value"] == pytest.approx(np.mean((labels - probabilities) ** 2))
    assert rows["auc"]["low"] < rows["auc"]["value"] <= rows["auc"]["high"] and rows["auc"]["n"] == 8


def test_interval_coverage():
    """About 19 of 20 samples have the true AUC of .76 in their 95% interval."""
    random = np.random.default_rng(1)
    covered = 0
    for _ in range(20):
        labels = np.repeat([0, 1], 60)
        row = score_rows(labels, 1 / (1 + np.exp(-random.normal(labels, 1))), 0.5, resamples=100)[0]
        covered += row["low"] <= 0.7602 <= row["high"]
    assert covered >= 16


def test_single_class_and_missing_scores_raise():
    with pytest.raises(ValueError, match="expected both 0 and 1"):
        score_rows(np.ones(4), np.full(4, 0.5), 0.5)
    with pytest.raises(ValueError, match="a score is missing"):
        score_rows(np.array([0, 1]), np.array([np.nan, 0.5]), 0.5)
