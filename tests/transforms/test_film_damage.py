"""Damaged rows are distinguished from anatomy, upsampling, compression and the edge of the exposed field."""

import io

import numpy as np
import pytest
from PIL import Image

from chestxr.transforms.lung_quality import LungQuality, lung_contrast, on_grid, row_jump
from tests.phantom import chest_film

LIMIT = LungQuality().most_row_jump
FILM, LABELS = chest_film((192, 224), seed=2)
FILM, LUNGS = FILM / FILM.max(), LABELS > 0
TOP, BOTTOM = np.flatnonzero(LUNGS.any(axis=0))[[0, -1]]


def _damaged(how: str, rows: slice) -> np.ndarray:
    film = FILM.copy()
    lost = film[:, rows]
    noise = np.random.default_rng(0).random(lost.shape)
    film[:, rows] = {"noise": noise, "blank": np.ones_like(lost), "moved": np.roll(lost, 60, axis=0)}[how]
    return film


@pytest.mark.parametrize("rows", [slice(90, 110), slice(110, None), slice(None, 60)])
@pytest.mark.parametrize("how", ["noise", "blank", "moved"])
def test_damaged_rows_exceed_the_limit(how, rows):
    assert row_jump(FILM, LUNGS) < LIMIT / 2
    assert row_jump(_damaged(how, rows), LUNGS) > LIMIT


@pytest.mark.parametrize("scale", [2, 5])
def test_enlarged_film_has_the_same_row_jump(scale):
    enlarged = np.kron(FILM, np.ones((scale, scale)))
    assert row_jump(enlarged, LUNGS) == row_jump(FILM, LUNGS)
    assert row_jump(np.kron(_damaged("moved", slice(110, None)), np.ones((scale, scale))), LUNGS) > LIMIT


def test_mask_on_a_finer_grid_gives_the_same_values():
    fine = np.kron(LUNGS, np.ones((7, 7), bool))
    assert row_jump(FILM, fine) == row_jump(FILM, LUNGS)
    assert lung_contrast(FILM, fine) == lung_contrast(FILM, LUNGS)


def test_jpeg_compression_stays_below_the_limit():
    stored = io.BytesIO()
    Image.fromarray((255 * FILM.T).astype(np.uint8)).save(stored, "JPEG", quality=30)
    assert row_jump(np.asarray(Image.open(stored)).T / 255, LUNGS) < LIMIT


def test_rows_outside_the_lungs_are_ignored():
    film = FILM.copy()
    margin = (BOTTOM - TOP) // 20
    film[:, : TOP - margin] = film[:, BOTTOM + margin :] = 0
    assert row_jump(film, LUNGS) == row_jump(FILM, LUNGS)
    film[:, BOTTOM + 2 :] = 0
    assert row_jump(film, LUNGS) > LIMIT


def test_constant_film_has_no_row_jump():
    assert row_jump(np.full_like(FILM, 0.5), LUNGS) == 0


def test_contrast_is_positive_on_a_film_and_negative_on_its_inverse():
    assert lung_contrast(FILM, LUNGS) == pytest.approx(FILM[_around()][~LUNGS[_around()]].mean() - FILM[LUNGS].mean())
    assert lung_contrast(1 - FILM, LUNGS) == pytest.approx(-lung_contrast(FILM, LUNGS))
    assert lung_contrast(FILM, LUNGS) > 0.1


def test_empty_or_tiny_mask_gives_nan():
    nothing = np.zeros_like(LUNGS)
    one = nothing.copy()
    one[80, 90] = True
    for lungs in (nothing, one):
        assert np.isnan(lung_contrast(FILM, lungs)) and np.isnan(row_jump(FILM, lungs))


def test_on_grid_takes_the_nearest_pixels():
    image = np.arange(12.0).reshape(3, 4)
    assert (on_grid(image, (3, 4)) == image).all()
    assert (on_grid(image, (3, 2)) == image[:, [1, 3]]).all()
    assert (on_grid(image[::-1] > 5, (3, 2)) == (image[::-1, [1, 3]] > 5)).all()
    assert (on_grid(image, (6, 4)) == image.repeat(2, axis=0)).all()


def _around() -> tuple[slice, ...]:
    return tuple(slice(where.min(), where.max() + 1) for where in np.nonzero(LUNGS))
