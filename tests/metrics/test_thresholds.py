"""Decisions at thresholds agree with counting by hand; intervals cover what they should."""

from statistics import NormalDist

import numpy as np
import pytest

from chestxr.metrics.thresholds import films_needed, threshold_at_specificity, threshold_table, wilson_interval

LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 1])
SCORES = np.array([0.1, 0.2, 0.3, 0.7, 0.3, 0.6, 0.8, 0.9])


def test_counts_at_every_threshold():
    table = threshold_table(LABELS, SCORES, 0.5).set_index("threshold")
    counts = table[["true_positive", "false_positive", "false_negative", "true_negative"]]
    assert counts.loc[0.1].tolist() == [4, 4, 0, 0]
    assert counts.loc[0.3].tolist() == [4, 2, 0, 2], "a film at the threshold is suspicious"
    assert counts.loc[0.9].tolist() == [1, 0, 3, 4]
    assert list(table.index) == [0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9]
    assert (counts.sum(axis=1) == 8).all()


def test_predictive_values_at_another_prevalence():
    row = threshold_table(LABELS, SCORES, 0.02, [0.6]).iloc[0]
    assert (row["sensitivity"], row["specificity"]) == (0.75, 0.75)
    suspicious = 0.02 * 0.75 + 0.98 * 0.25
    assert row["suspicious"] == pytest.approx(suspicious)
    assert row["ppv"] == pytest.approx(0.02 * 0.75 / suspicious)
    assert row["npv"] == pytest.approx(0.98 * 0.75 / (1 - suspicious))
    assert row["suspicious_per_case"] == pytest.approx(suspicious / (0.02 * 0.75))
    assert row["films_per_case"] == pytest.approx(1 / (0.02 * 0.75))


def test_threshold_above_all_films_finds_nobody():
    row = threshold_table(LABELS, SCORES, 0.5, [0.95]).iloc[0]
    assert row["sensitivity"] == 0 and row["specificity"] == 1 and row["npv"] == 0.5
    assert np.isnan(row["ppv"]) and row["films_per_case"] == row["suspicious_per_case"] == np.inf


def test_intervals_contain_their_values_also_at_the_ends():
    table = threshold_table(LABELS, SCORES, 0.02)
    for name in ("sensitivity", "specificity", "ppv", "npv"):
        known = table[table[name].notna()]
        assert len(known) >= 6
        assert (known[f"{name}_low"] <= known[name] + 1e-12).all()
        assert (known[name] <= known[f"{name}_high"] + 1e-12).all()


def test_predictive_intervals_cover_the_truth():
    """About 19 of 20 studies of 40 and 60 films have the true PPV and NPV in their intervals."""
    random = np.random.default_rng(0)
    sensitivity, specificity = 1 - NormalDist(1.5).cdf(0.6), NormalDist().cdf(0.6)
    suspicious = 0.1 * sensitivity + 0.9 * (1 - specificity)
    truth = {"ppv": 0.1 * sensitivity / suspicious, "npv": 0.9 * specificity / (1 - suspicious)}
    labels = np.repeat([1, 0], [40, 60])
    inside = dict.fromkeys(truth, 0)
    for _ in range(400):
        row = threshold_table(labels, random.normal(1.5 * labels), 0.1, [0.6]).iloc[0]
        for name, value in truth.items():
            inside[name] += row[f"{name}_low"] <= value <= row[f"{name}_high"]
    assert all(0.93 <= number / 400 <= 0.99 for number in inside.values()), inside


@pytest.mark.parametrize(("specificity", "threshold"), [(0.5, 0.3), (0.75, 0.6), (0.76, 0.8), (1.0, 0.8), (0.2, 0.2)])
def test_lowest_threshold_with_a_specificity(specificity, threshold):
    assert threshold_at_specificity(LABELS, SCORES, specificity) == threshold
    found = threshold_table(LABELS, SCORES, 0.5, [threshold]).iloc[0]
    assert found["specificity"] >= specificity


def test_specificity_that_no_score_reaches_calls_no_film_suspicious():
    scores = np.array([0.1, 0.9, 0.2, 0.3])
    labels = np.array([0, 0, 1, 1])
    assert not (scores >= threshold_at_specificity(labels, scores, 1.0)).any()


@pytest.mark.parametrize(("proportion", "half_width"), [(0.9, 0.05), (0.7, 0.05), (1.0, 0.1), (0.5, 0.2)])
def test_films_needed_is_the_smallest_number(proportion, half_width):
    films = films_needed(proportion, half_width)

    def width(number):
        z = 1.959964
        centre_free = proportion * (1 - proportion) / number + z**2 / (4 * number**2)
        return z / (1 + z**2 / number) * centre_free**0.5

    assert width(films) <= half_width < width(films - 1)
    low, high = wilson_interval(round(proportion * films), films)
    assert (high - low) / 2 == pytest.approx(half_width, abs=0.01)


@pytest.mark.parametrize(
    ("labels", "scores", "prevalence", "message"),
    [
        ([1, 1], [0.1, 0.2], 0.5, "expected films with tuberculosis"),
        ([0, 1], [0.1, np.nan], 0.5, "a score is missing"),
        ([0, 1], [0.1, 0.2], 0.0, "a prevalence of 0"),
        ([0, 1], [0.1, 0.2], 1.0, "a prevalence of 1"),
    ],
)
def test_invalid_input_is_refused(labels, scores, prevalence, message):
    with pytest.raises(ValueError, match=message):
        threshold_table(np.array(labels), np.array(scores), prevalence)
