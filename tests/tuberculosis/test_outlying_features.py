"""Out-of-distribution films have many outlying features in one region."""

import numpy as np
import pandas as pd
import pytest

from chestxr.tuberculosis.outlying_features import outlying_features

NAMES = [f"{place}.original.glcm.{number}" for place in ("left_lung", "right_upper") for number in range(25)]
FEW = [f"lungs.original.glcm.{number}" for number in range(19)]


def _film(**moved: float) -> pd.Series:
    film = pd.Series(np.random.default_rng(0).normal(0, 0.74, len(NAMES + FEW)), index=NAMES + FEW)
    for place, value in moved.items():
        film[film.index.str.startswith(place)] = value
    return film


def test_typical_film_has_no_outlying_features():
    assert outlying_features(_film()) == 0


@pytest.mark.parametrize("value", [4.1, -4.1])
def test_region_with_the_largest_fraction_counts(value):
    film = _film(right_upper=value)
    film[NAMES[:5]] = 9
    assert outlying_features(film) == 1
    film[film.index.str.startswith("right_upper")] = 3.9
    assert outlying_features(film) == pytest.approx(5 / 25)


def test_regions_with_few_features_and_missing_values_are_ignored():
    assert outlying_features(_film(lungs=9.0)) == 0
    assert outlying_features(_film(lungs=9.0)[FEW]) == 0
    assert outlying_features(_film(right_upper=np.nan)) == 0
