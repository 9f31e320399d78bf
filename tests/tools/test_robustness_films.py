"""Perturbations of films have the documented kind and strength."""

import numpy as np
import pytest
from PIL import Image

from tests.phantom import chest_film
from tools.experiments.robustness_films import PERTURBATIONS, UNTOUCHED, perturbed

STEPS = [(name, strength) for name, kind in PERTURBATIONS.items() for strength in kind.strengths]
SIZE = (320, 256)


@pytest.fixture(scope="module")
def film() -> Image.Image:
    return Image.fromarray(chest_film(SIZE)[0].T.astype(np.uint8))


@pytest.fixture(scope="module")
def mask() -> Image.Image:
    return Image.fromarray(chest_film(SIZE)[1].T > 0)


LUNGS = chest_film(SIZE)[1]


def _difference(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(np.asarray(one, dtype=float) - np.asarray(other, dtype=float)).mean())


def test_strength_zero_changes_nothing(film, mask):
    for name in (UNTOUCHED, *PERTURBATIONS):
        assert perturbed(film, name, 0, "film") == film and perturbed(mask, name, 0, "film") == mask


@pytest.mark.parametrize(("name", "strength"), STEPS)
def test_perturbations_are_reproducible(name, strength, film, mask):
    changed = perturbed(film, name, strength, "film", LUNGS)
    assert changed.mode == "L" and changed == perturbed(film, name, strength, "film", LUNGS)
    assert changed.size != film.size or _difference(changed, film) > 0
    moved = perturbed(mask, name, strength, "film")
    assert moved.mode == "1" and moved.size == changed.size
    assert (moved != mask) == PERTURBATIONS[name].moves_lungs


@pytest.mark.parametrize("name", sorted(PERTURBATIONS.keys() - {"crop"}))
def test_strengths_grow(name, film):
    changed = [perturbed(film, name, strength, "film", LUNGS) for strength in PERTURBATIONS[name].strengths]
    changes = [_difference(picture.resize(film.size), film) for picture in changed]
    assert changes == sorted(changes)


def test_film_and_mask_are_transformed_alike(film, mask):
    for name in ("rotation", "mirrored", "downsampling", "crop"):
        strength = PERTURBATIONS[name].strengths[0]
        lungs = np.asarray(perturbed(mask, name, strength, "film"))
        changed = np.asarray(perturbed(film, name, strength, "film"))
        before = np.asarray(film)[np.asarray(mask)].mean()
        assert changed[lungs].mean() == pytest.approx(before, rel=0.03)


def test_mirroring_and_inversion_are_involutions(film):
    for name in ("mirrored", "inverted polarity"):
        once = perturbed(film, name, 1, "film")
        assert perturbed(once, name, 1, "film") == film
    assert np.array_equal(np.asarray(perturbed(film, "inverted polarity", 1, "film")), 255 - np.asarray(film))


def test_rotation_angle(mask):
    disc = Image.fromarray(np.hypot(*np.mgrid[-128:128, -60:196]) < 20)
    for film in ("one", "another", "a third"):
        rows, columns = np.nonzero(np.asarray(perturbed(disc, "rotation", 20, film)))
        turned = np.degrees(np.arctan2(rows.mean() - 127.5, columns.mean() - 127.5))
        start = np.degrees(np.arctan2(0.5, 60 - 127.5))
        assert abs((turned - start + 180) % 360 - 180) == pytest.approx(20, abs=1)


def test_size_after_crop_and_downsampling(film):
    assert perturbed(film, "crop", 0.1, "film").size == (256, 204)
    assert perturbed(film, "downsampling", 64, "film").size == (64, 51)


def test_strength_of_noise_and_gamma():
    grey = Image.fromarray(np.full((256, 256), 128, dtype=np.uint8))
    noise = np.asarray(perturbed(grey, "noise", 0.1, "film"))
    assert noise.mean() == pytest.approx(128, abs=1) and noise.std() == pytest.approx(25.5, rel=0.05)
    assert np.asarray(perturbed(grey, "darker", 2.0, "film")).mean() == pytest.approx(255 * (128 / 255) ** 2, abs=1)
    assert not np.array_equal(noise, np.asarray(perturbed(grey, "noise", 0.1, "another")))


@pytest.mark.parametrize(("name", "x", "y"), [("text in a corner", 0.1, 0.1), ("text over a lung", 0.30, 0.45)])
def test_position_and_size_of_text(name, x, y, film):
    changed = np.asarray(perturbed(film, name, 0.16, "film")) != np.asarray(film)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert columns[0] <= x * 320 <= columns[-1] and rows[0] <= y * 256 <= rows[-1]
    assert 0.08 * 256 < np.ptp(rows) < 0.2 * 256


@pytest.mark.parametrize(("name", "share"), [("lower half of a lung white", (0.3, 0.7)), ("white lung", (0.95, 1))])
def test_opacities_cover_one_lung_and_need_it(name, share, film):
    changed = np.asarray(perturbed(film, name, 1, "film", LUNGS)).T - np.asarray(film, float).T > 30
    covered = [float(changed[side == LUNGS].mean()) for side in (1, 2)]
    assert share[0] <= max(covered) <= share[1] and min(covered) < 0.02
    with pytest.raises(ValueError, match="no lungs"):
        perturbed(film, name, 1, "film")
