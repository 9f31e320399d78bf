"""Bootstrap intervals and summaries."""

import numpy as np
import pandas as pd
import pytest

from chestxr.metrics.bootstrap import bootstrap_interval, stratified_draws, summarise


def test_interval_agrees_with_that_of_a_normal_mean():
    values = np.random.default_rng(0).normal(0.95, 0.02, 400)
    low, high = bootstrap_interval(values)
    assert low == pytest.approx(values.mean() - 1.96 * 0.02 / 20, abs=3e-4)
    assert high == pytest.approx(values.mean() + 1.96 * 0.02 / 20, abs=3e-4)
    assert bootstrap_interval(values) == (low, high)


def test_one_film_has_no_interval():
    assert np.isnan(bootstrap_interval(np.array([0.9]))).all()


def test_draws_are_stratified_by_class():
    labels = np.array([0, 1, 1, 0, 1, 1, 1])
    draws = stratified_draws(labels, 20, seed=3)
    assert len(draws) == 20 and all(sorted(labels[draw]) == sorted(labels) for draw in draws)
    assert len({tuple(draw) for draw in draws}) > 1
    np.testing.assert_array_equal(draws, stratified_draws(labels, 20, seed=3))


def test_summary_by_site_ignores_missing_values():
    rows = [
        ("a", "here", "both lungs", "dice", 0.9, "1"),
        ("b", "here", "both lungs", "dice", 0.7, "1"),
        ("c", "there", "both lungs", "dice", 0.5, "1"),
        ("a", "here", "both lungs", "hd95", np.nan, "px"),
        ("b", "here", "both lungs", "hd95", 4.0, "px"),
        ("c", "there", "both lungs", "hd95", 8.0, "px"),
    ]
    table = pd.DataFrame(rows, columns=["film", "site", "structure", "metric", "value", "unit"])
    found = {(row["site"], row["metric"]): row for row in summarise(table)}
    assert found["all", "dice"]["value"] == pytest.approx(0.7) and found["all", "dice"]["n"] == 3
    assert found["here", "dice"]["median"] == pytest.approx(0.8)
    assert found["here", "hd95"]["n"] == 1 and found["here", "hd95"]["value"] == 4.0
    assert found["all", "hd95"]["value"] == 6.0 and found["all", "hd95"]["unit"] == "px"
