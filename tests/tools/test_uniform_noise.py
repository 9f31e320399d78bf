"""The recipe's noise: a tenth of an integer from 0 to 254, never clipped."""

import numpy as np
import pytest
import torch
from monai.data import MetaTensor
from monai.transforms import Compose
from monai.utils import set_determinism

from tools.experiments.augmentations import RandUniformNoise, RandUniformNoised, UniformNoise, UniformNoised


def white_film(side: int = 256) -> torch.Tensor:
    return torch.full((1, side, side), 255.0)


def added(noisy: torch.Tensor, film: torch.Tensor) -> np.ndarray:
    return np.asarray(noisy - film)


def test_noise_has_the_recipes_values_and_mean():
    noise = UniformNoise(white=255)
    noise.set_random_state(0)
    tenths = added(noise(white_film(512)), white_film(512)) * 10
    np.testing.assert_allclose(tenths, tenths.round(), atol=1e-2)
    assert set(np.unique(tenths.round())) == set(range(255))
    assert tenths.mean() == pytest.approx(127, abs=1)


def test_noise_is_not_clipped():
    assert UniformNoise(white=255)(white_film()).max() > 255


def test_noise_follows_the_films_scale():
    small, large = UniformNoise(white=1), UniformNoise(white=255)
    small.set_random_state(1)
    large.set_random_state(1)
    film = torch.zeros(1, 64, 64)
    torch.testing.assert_close(small(film) * 255, large(film))


def test_noise_depends_on_the_seed():
    def noisy(seed):
        return RandUniformNoise(prob=1.0).set_random_state(seed)(torch.zeros(1, 32, 32))

    torch.testing.assert_close(noisy(5), noisy(5))
    assert not torch.equal(noisy(5), noisy(6))


def test_probability_zero_changes_nothing():
    film = white_film(8)
    assert torch.equal(RandUniformNoise(prob=0.0)(film), film)
    assert torch.equal(RandUniformNoised("image", prob=0.0)({"image": film})["image"], film)


def test_each_item_has_its_own_noise_and_keeps_its_metadata():
    film = MetaTensor(torch.zeros(1, 32, 32), meta={"film": "phantom"})
    noisy = UniformNoised(["a", "b"], white=255)({"a": film, "b": film, "label": film})
    assert not torch.equal(noisy["a"], noisy["b"])
    assert noisy["a"].meta["film"] == "phantom" and noisy["a"].dtype == torch.float32
    assert noisy["label"] is film and not film.any()


def test_seeded_chain_is_reproducible():
    def noisy():
        set_determinism(seed=7)
        chain = Compose([UniformNoised("image")])
        set_determinism(seed=None)
        return chain({"image": torch.zeros(1, 16, 16)})["image"]

    torch.testing.assert_close(noisy(), noisy())
