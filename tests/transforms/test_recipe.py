"""The recipe's augmentations: exact to its 8-bit arithmetic."""

import numpy as np
import pytest
import torch

from chestxr.transforms import (
    ContrastV1,
    ContrastV1d,
    ContrastV2,
    ContrastV2d,
    RandContrastV1,
    RandContrastV1d,
    RandContrastV2d,
    RandUniformNoised,
    UniformNoise,
    UniformNoised,
)

GREYS = np.arange(256, dtype=np.float32)


def _opencv_step(values, alpha, gamma):
    """cv2.addWeighted on 8 bits: multiply, add, round half to even, saturate."""
    return np.clip(np.rint(values.astype(np.float64) * alpha + gamma), 0, 255)


def _recipe_v1(values):
    brightness, contrast = -40, -120
    dimmed = _opencv_step(values, ((255 + brightness) - 0) / 255, 0)
    factor = 131 * (contrast + 127) / (127 * (131 - contrast))
    return _opencv_step(dimmed, factor, 127 * (1 - factor))


def test_contrast_v1_is_the_recipes():
    np.testing.assert_array_equal(ContrastV1(white=255)(GREYS).numpy(), _recipe_v1(GREYS))
    assert set(_recipe_v1(GREYS)) == set(range(123, 131))


def test_contrast_v2_is_the_recipes():
    np.testing.assert_array_equal(ContrastV2(white=255)(GREYS).numpy(), _opencv_step(GREYS, 1.5, 0.7))


@pytest.mark.parametrize("transform", [ContrastV1, ContrastV2])
def test_scale_does_not_matter(transform):
    np.testing.assert_allclose(transform()(GREYS / 255) * 255, transform(white=255)(GREYS), atol=1e-4)


def test_noise_is_a_tenth_of_whole_numbers_below_255_and_unclipped():
    noise = UniformNoise(white=255).set_random_state(0)(np.full((400, 400), 250, np.float32)).numpy() - 250
    np.testing.assert_allclose(noise * 10, np.rint(noise * 10), atol=1e-3)
    assert noise.min() == 0 and noise.max() == pytest.approx(25.4)
    assert noise.mean() == pytest.approx(12.7, abs=0.1)


def test_random_versions_follow_their_probability():
    film = torch.rand(1, 8, 8)
    for transform in (RandContrastV1(prob=0.0), RandContrastV1(prob=1.0)):
        assert torch.equal(transform(film), film) == (transform.prob == 0.0)
    for kind in (RandContrastV1d, RandContrastV2d, RandUniformNoised):
        assert torch.equal(kind("image", prob=0.0)({"image": film})["image"], film)
        assert not torch.equal(kind("image", prob=1.0)({"image": film})["image"], film)


def test_dictionary_versions_leave_other_items_alone():
    item = {"image": torch.rand(1, 8, 8), "label": torch.rand(1, 8, 8)}
    for transform in (ContrastV1d("image"), ContrastV2d("image"), UniformNoised("image")):
        changed = transform(item)
        assert changed["label"] is item["label"] and not torch.equal(changed["image"], item["image"])


def test_noise_repeats_with_its_seed():
    film = {"image": torch.rand(1, 8, 8)}
    first, second = (UniformNoised("image").set_random_state(7)(film)["image"] for _ in range(2))
    assert torch.equal(first, second)
