"""Grainy films and films without fine detail get a warning; films like those of the training do not."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from chestxr.transforms import FilmNoised


def _film(noise: float) -> np.ndarray:
    random = np.random.default_rng(0)
    shape = gaussian_filter(random.normal(size=(256, 256)), 12)
    shape = (shape - shape.min()) / np.ptp(shape)
    return (shape + random.normal(0, noise, shape.shape))[None].astype(np.float32)


def _item(noise: float, flags: str = "") -> dict:
    return {"image": _film(noise), "quality": {"contrast": 0.3}, "quality_flags": flags, "is_chest": True}


@pytest.mark.parametrize(("noise", "words"), [(0.006, ""), (0.03, "more noise than"), (0.0, "less fine detail than")])
def test_noise_is_estimated_and_flagged_beyond_its_limits(noise, words):
    found = FilmNoised("image")(_item(noise))
    assert found["quality"]["noise"] == pytest.approx(noise, abs=0.002) and found["quality"]["contrast"] == 0.3
    assert found["quality_flags"].startswith(words) if words else found["quality_flags"] == ""


def test_earlier_warnings_stay():
    found = FilmNoised("image")(_item(0.03, "lungs in pieces"))
    assert found["quality_flags"].split("; ")[0] == "lungs in pieces" and "noise" in found["quality_flags"]


def test_limits_can_be_changed():
    assert FilmNoised("image", most=0.05)(_item(0.03))["quality_flags"] == ""


def test_image_that_is_no_chest_film_has_no_flag():
    """It has no score that could mislead, and another reason for that."""
    found = FilmNoised("image")(_item(0.03, "a lateral film") | {"is_chest": False})
    assert found["quality_flags"] == "a lateral film" and found["quality"]["noise"] > 0.02


def test_film_of_one_grey_level_has_no_noise():
    found = FilmNoised("image")(_item(0.0) | {"image": np.zeros((1, 64, 64), np.float32)})
    assert found["quality"]["noise"] == 0 and found["quality_flags"].startswith("less fine detail")
