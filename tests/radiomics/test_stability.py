"""Intraclass correlation matches its published definition, and stable features rank first."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from chestxr.cli import app
from chestxr.radiomics import agreement
from chestxr.radiomics.perturbations import PERTURBATIONS
from tests.phantom import chest_film


def test_agreement_by_hand():
    """Two raters of Shrout and Fleiss 1979, table 2, computed from the mean squares."""
    first, second = np.array([9, 6, 8, 7, 10, 6.0]), np.array([2, 1, 4, 1, 5, 2.0])
    both = np.stack([first, second], axis=1)
    n, k = both.shape
    rows = k * both.mean(axis=1).var(ddof=1)
    columns = n * both.mean(axis=0).var(ddof=1)
    error = ((both - both.mean(1, keepdims=True) - both.mean(0) + both.mean()) ** 2).sum() / ((n - 1) * (k - 1))
    expected = (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n)
    assert agreement(first[:, None], second[:, None])[0] == pytest.approx(expected)


def test_agreement_falls_with_noise_and_with_a_shift():
    random = np.random.default_rng(0)
    values = random.normal(size=(400, 1))
    assert agreement(values, values)[0] == pytest.approx(1)
    assert agreement(values, values + random.normal(size=(400, 1)))[0] == pytest.approx(0.65, abs=0.1)
    assert agreement(values, values + 2)[0] < 0.5
    assert np.isnan(agreement(np.ones((9, 1)), np.ones((9, 1)))[0])
    holes = values.copy()
    holes[::7] = np.nan
    assert agreement(values, holes)[0] == pytest.approx(1)


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_perturbations_are_small_and_have_an_effect(name):
    film, labels = chest_film((256, 288), seed=1)
    changed_film, changed = PERTURBATIONS[name](film, labels)
    assert set(np.unique(changed)) == {0, 1, 2} and changed.shape == changed_film.shape == film.shape
    overlap = 2 * ((changed > 0) & (labels > 0)).sum() / ((changed > 0).sum() + (labels > 0).sum())
    assert overlap > 0.85
    assert not (np.array_equal(changed, labels) and np.array_equal(changed_film, film))


@pytest.mark.slow
def test_command_ranks_features(collection, tmp_path):
    out = tmp_path / "stability.csv"
    command = ["stability", str(collection), "--out", str(out), "--count", "4", "--cache", str(tmp_path / "cache")]
    command += ["--other-masks", str(collection / "masks")]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    table = pd.read_csv(out, index_col="feature")
    assert list(table.columns) == [*PERTURBATIONS, "other mask", "least"] and table["least"].is_monotonic_decreasing
    assert table["other mask"].min() == pytest.approx(1)
    assert table["darkened"].filter(like="lungs.rank.").median() > 0.9
