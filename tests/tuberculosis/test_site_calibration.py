"""The threshold of a site reaches its target; groups and missing films are counted."""

import numpy as np
import pandas as pd
import pytest

from chestxr.tuberculosis.site_calibration import SiteCalibration, Target


@pytest.fixture
def films() -> pd.DataFrame:
    random = np.random.default_rng(1)
    labels = np.repeat([1, 0], [60, 90])
    scores = 1 / (1 + np.exp(-random.normal(2.2 * labels - 1)))
    sex = np.where(np.arange(150) % 2, "F", "M")
    return pd.DataFrame(
        {"tuberculosis": labels, "probability": scores, "sex": sex, "age_years": [30.0] * 145 + [8.0] * 5}
    )


@pytest.mark.parametrize("target", [Target("sensitivity", 0.9), Target("specificity", 0.8)])
def test_threshold_reaches_the_target_and_no_more(films, target):
    found = SiteCalibration(films, target, 0.1, 0.05)
    assert found.at(found.threshold)[target.measure] >= target.least
    reached = found.table[found.table[target.measure] >= target.least]["threshold"]
    last = reached.max() if target.measure == "sensitivity" else reached.min()
    assert found.at(found.threshold) | {"threshold": last} == found.at(last)
    assert (abs(films["probability"] - found.threshold) > 1e-6).all(), "rounding changes no decision"
    low, high = found.threshold_interval
    assert low <= found.threshold <= high and high - low > 0.01


def test_groups_with_too_few_films_have_no_numbers(films):
    groups = SiteCalibration(films, Target("sensitivity", 0.9), 0.1, 0.05).groups.set_index("group")
    assert list(groups.index) == ["women", "men", "age below 15", "age 15 to 34"]
    assert groups.loc["women", "positives"] + groups.loc["men", "positives"] == 60
    assert np.isnan(groups.loc["age below 15", "own_threshold"]) and groups.loc["age below 15", "negatives"] == 5
    of_men = films[films["sex"] == "M"]
    own = groups.loc["men", "own_threshold"]
    assert (of_men["probability"][of_men["tuberculosis"] == 1] >= own).mean() >= 0.9


def test_missing_films_fall_with_the_number_of_films(films):
    target = Target("sensitivity", 0.9)
    few = SiteCalibration(films, target, 0.1, 0.05).missing
    many = SiteCalibration(pd.concat([films] * 2), target, 0.1, 0.05).missing
    assert many["positives"] == few["positives"] - 60 > 0
    assert many["negatives"] == max(0, few["negatives"] - 90)
    assert SiteCalibration(films, target, 0.1, 0.3).missing == {"positives": 0, "negatives": 0}


def test_too_few_films_are_refused(films):
    with pytest.raises(ValueError, match="found 9 films with tuberculosis and 90 without; expected 10 or more"):
        SiteCalibration(films[51:], Target("sensitivity", 0.9), 0.1, 0.05)


def test_target_that_finds_no_film_is_refused(films):
    films.loc[films["tuberculosis"] == 0, "probability"] = 1.0
    with pytest.raises(ValueError, match="no threshold reaches a specificity"):
        SiteCalibration(films, Target("specificity", 0.8), 0.1, 0.05)
