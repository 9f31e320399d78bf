"""Random JPEG compression keeps type, shape and range, and is reproducible."""

import numpy as np
import pytest
import torch

from chestxr.transforms import RandJpegd
from tests.phantom import chest_film

FILM = torch.from_numpy(chest_film((64, 80))[0][None].astype(np.float32) / 255 - 0.2)


def _compressed(seed: int, **settings) -> torch.Tensor:
    transform = RandJpegd("image", prob=1.0, **settings)
    transform.set_random_state(seed)
    return transform({"image": FILM})["image"]


def test_image_is_nearly_the_same_at_high_quality_and_less_so_at_low_quality():
    fine, coarse = (_compressed(0, quality=(value, value)) for value in (95, 5))
    for found in (fine, coarse):
        assert found.shape == FILM.shape and found.dtype == FILM.dtype
        assert found.min() >= FILM.min() - 1e-6 and found.max() <= FILM.max() + 1e-6
    errors = [(found - FILM).abs().mean().item() for found in (fine, coarse)]
    assert errors[0] < 0.02 < errors[1] or errors[0] < errors[1] / 3


def test_same_seed_gives_the_same_image():
    assert torch.equal(_compressed(3), _compressed(3)) and not torch.equal(_compressed(3), _compressed(4))


@pytest.mark.parametrize("image", [FILM, torch.zeros_like(FILM)])
def test_probability_zero_and_constant_images_change_nothing(image):
    probability = 0.0 if image is FILM else 1.0
    assert torch.equal(RandJpegd("image", prob=probability)({"image": image})["image"], image)
