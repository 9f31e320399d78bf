"""The lung frame is invariant to field of view, aspect ratio, brightness and contrast, and raises on invalid input."""

import numpy as np
import pytest
from scipy.ndimage import zoom

from chestxr.radiomics import lung_frame
from tests.phantom import chest_film


@pytest.fixture(scope="module")
def chest():
    return chest_film((256, 288), seed=4)


def test_brightness_and_contrast_do_not_change_the_frame(chest):
    film, labels = chest
    np.testing.assert_allclose(lung_frame(17 * film + 300, labels).film, lung_frame(film, labels).film, atol=1e-4)


def test_tone_curve_does_not_change_the_ranks(chest):
    film, labels = chest
    frame, curved = lung_frame(film, labels), lung_frame(film**2, labels)
    inside = frame.labels > 0
    assert np.abs(curved.ranks - frame.ranks)[inside].mean() < 0.01 < np.abs(curved.film - frame.film)[inside].mean()
    assert frame.ranks[inside].mean() == pytest.approx(0.5, abs=1e-4)


def test_field_of_view_does_not_change_the_frame(chest):
    film, labels = chest
    wider = [np.pad(array, ((40, 9), (3, 25)), mode="edge") for array in (film, labels)]
    expected, found = lung_frame(film, labels), lung_frame(*wider)
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_allclose(found.film, expected.film, atol=1e-5)


def test_aspect_ratio_hardly_changes_the_frame(chest):
    film, labels = chest
    squashed = zoom(film, (1.0, 0.7), order=1), zoom(labels, (1.0, 0.7), order=0)
    expected, found = lung_frame(film, labels), lung_frame(*squashed)
    assert (found.labels == expected.labels).mean() > 0.98
    assert np.corrcoef(found.film.ravel(), expected.film.ravel())[0, 1] > 0.95


def test_box_beyond_the_film_repeats_edge_pixels():
    film, labels = chest_film((128, 128), seed=5)
    rows = np.flatnonzero((labels > 0).any(axis=0))
    cropped = film[:, rows[0] : rows[-1] + 1], labels[:, rows[0] : rows[-1] + 1]
    frame = lung_frame(*cropped, size=64)
    assert frame.film.shape == (64, 64) and np.isfinite(frame.film).all()


@pytest.mark.parametrize(
    ("film", "labels", "said"),
    [
        (np.ones((50, 50)), np.ones((50, 60)), "a mask of \\(50, 60\\)"),
        (np.ones((50, 50)), np.zeros((50, 50)), "empty mask"),
        (np.ones((50, 50)), np.full((50, 50), 255), "values \\[255\\]"),
        (np.ones((50, 50)), np.ones((50, 50)), "all of one value"),
        (np.full((50, 50), np.nan), np.ones((50, 50)), "NaN"),
        (np.random.default_rng(0).random((50, 50)), np.pad([[1]], (20, 29)), "too small"),
    ],
)
def test_invalid_film_or_mask_raises(film, labels, said):
    with pytest.raises(ValueError, match=said):
        lung_frame(film, labels)
