"""Implausible lung segmentations are flagged."""

import numpy as np
import pytest

from chestxr.transforms import LungQuality, LungQualityd
from tests.phantom import chest_film

FILM, LABELS = (array[None] for array in chest_film((192, 224), seed=2))
FILM = FILM / FILM.max()


def _probability(labels, sure=0.98):
    rest = (1 - sure) / 2
    return np.stack([np.where(labels[0] == value, sure, rest) for value in (0, 1, 2)])


def _checked(labels, predicted=None, sure=0.98, film=FILM):
    return LungQuality()(labels, labels if predicted is None else predicted, _probability(labels, sure), film)


def _warnings(labels, *rest, **other):
    return _checked(labels, *rest, **other)[1]


def test_two_lungs_are_not_flagged():
    assert _warnings(LABELS) == ""


def test_mirrored_film_is_flagged():
    mirrored = np.choose(LABELS[:, ::-1], [0, 2, 1])
    assert "mirrored" in _warnings(mirrored, film=FILM[:, ::-1])


@pytest.mark.parametrize("seed", range(12))
def test_heart_side_of_a_mirror_image_has_the_opposite_sign(seed):
    labels = chest_film((192, 224), seed)[1][None]
    mirrored = np.choose(labels[:, ::-1], [0, 2, 1])
    upright, turned = (_checked(lungs)[0] for lungs in (labels, mirrored))
    assert upright["heart_side"] > 0
    assert turned["heart_side"] == pytest.approx(-upright["heart_side"])


def test_lungs_above_each_other_are_flagged():
    labels = np.zeros((1, 100, 200), np.uint8)
    labels[0, 20:80, 10:80], labels[0, 20:80, 120:190] = 1, 2
    assert "lungs not side by side: is the film upright?" in _warnings(labels)


@pytest.mark.parametrize("crop", [np.s_[:, 40:], np.s_[:, :-40], np.s_[:, :, 40:], np.s_[:, :, :-60]])
def test_cropped_lungs_are_flagged(crop):
    assert _checked(LABELS)[0]["cut_off"] == 0
    assert _warnings(LABELS[crop], film=FILM[crop]) == "lungs reach beyond the film: is it cropped?"


@pytest.mark.parametrize("label", [1, 2])
def test_missing_lung_is_flagged(label):
    assert "missing" in _warnings(np.where(label == LABELS, 0, LABELS))


def test_empty_segmentation_is_flagged():
    assert "right and left lung missing" in _warnings(np.zeros_like(LABELS))


def test_fragments_and_low_confidence_are_flagged():
    predicted = LABELS.copy()
    predicted[:, :20] = 1
    assert "pieces" in _warnings(LABELS, predicted)
    assert "unsure" in _warnings(LABELS, sure=0.6)


def test_swapped_sides_are_flagged():
    assert _warnings(np.choose(LABELS, [0, 2, 1])) == "lungs not side by side: is the film upright?"


def test_inverted_film_is_flagged():
    assert _warnings(LABELS, film=1 - FILM).startswith("lungs hardly darker than what is around them")


def test_displaced_rows_are_flagged():
    film = FILM.copy()
    film[:, :, 110:] = np.roll(film[:, :, 110:], 60, axis=1)
    assert _warnings(LABELS, film=film).startswith("the picture breaks between two rows")


def test_film_of_nan_is_flagged():
    warnings = _warnings(LABELS, film=np.full_like(FILM, np.nan))
    assert "hardly darker" in warnings and "breaks" in warnings


def test_dictionary_version_adds_python_floats():
    item = {"pred": LABELS, "predicted": LABELS, "probability": _probability(LABELS), "image": FILM}
    checked = LungQualityd("pred", film_key="image")(item)
    assert checked["quality_flags"] == ""
    assert all(isinstance(value, float) for value in checked["quality"].values())


def test_is_chest_needs_two_whole_lungs_side_by_side():
    def is_chest(labels, predicted=None):
        return LungQuality().is_chest(_checked(labels, predicted)[0])

    assert is_chest(LABELS) and is_chest(np.choose(LABELS[:, ::-1], [0, 2, 1]))
    assert not is_chest(0 * LABELS)
    assert not is_chest(np.where(LABELS == 2, 0, LABELS))
    scattered = LABELS.copy()
    scattered[0, :, -20:] = 1
    assert not is_chest(LABELS, scattered)
    assert not is_chest(np.choose(LABELS, [0, 2, 1]))
