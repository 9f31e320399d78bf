"""Distances of borders have the right sign, size and region."""

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt, shift

from tests.phantom import chest_film
from tools.experiments.lung_borders import REGIONS, border_distances

REFERENCE = chest_film((256, 256), seed=4)[1]


def _mean(predicted: np.ndarray) -> dict[str, float]:
    return border_distances(predicted, REFERENCE).groupby("region")["distance"].mean().to_dict()


def test_every_region_is_found():
    assert set(_mean(REFERENCE)) == set(REGIONS)


@pytest.mark.parametrize("pixels", [-4, 4])
def test_larger_lungs_have_positive_distances_everywhere(pixels):
    grown = np.zeros_like(REFERENCE)
    for side in (1, 2):
        lung = side == REFERENCE
        distance = distance_transform_edt(~lung) - distance_transform_edt(lung)
        grown[distance <= pixels] = side
    found = _mean(grown)
    assert all(value == pytest.approx(pixels, abs=1.2) for value in found.values()), found


def test_lungs_further_down_gain_at_the_diaphragm_and_lose_at_the_apex():
    found = _mean(shift(REFERENCE, (0, 5), order=0))
    assert found["diaphragm"] > 2 and found["apex"] < -2 and abs(found["chest wall"]) < 2


def test_lungs_further_apart_lose_at_the_heart_and_gain_at_the_chest_wall():
    apart = np.maximum(
        shift(REFERENCE * (REFERENCE == 1), (-5, 0), order=0), shift(REFERENCE * (REFERENCE == 2), (5, 0), order=0)
    )
    found = _mean(apart)
    assert found["heart and mediastinum"] < -2 and found["chest wall"] > 2 and abs(found["diaphragm"]) < 2.5


def test_a_lung_that_was_not_found_is_left_out():
    one = border_distances(np.where(REFERENCE == 1, REFERENCE, 0), REFERENCE)
    assert 0 < len(one) < len(border_distances(REFERENCE, REFERENCE))
    assert border_distances(np.zeros_like(REFERENCE), REFERENCE).empty
