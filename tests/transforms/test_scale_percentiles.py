"""Percentile scaling equals MONAI's bit for bit."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.data import MetaTensor
from monai.transforms import ScaleIntensityRangePercentilesd

from chestxr.transforms import ScalePercentilesd

SLOW = ScaleIntensityRangePercentilesd("image", lower=0.5, upper=99.5, b_min=0.0, b_max=1.0, clip=True)
FAST = ScalePercentilesd("image", lower=0.5, upper=99.5)


@given(st.integers(0, 2**32 - 1), st.integers(2, 400), st.sampled_from([255, 4095, 65535]))
@settings(max_examples=200, deadline=None)
def test_same_as_monai_bit_for_bit(seed, side, most):
    film = torch.from_numpy(np.random.default_rng(seed).integers(0, most, (1, side, side)).astype(np.float32)) / 3
    if film.quantile(0.005) == film.quantile(0.995):
        return
    assert torch.equal(FAST({"image": film.clone()})["image"], SLOW({"image": film.clone()})["image"])


def test_metadata_are_kept_and_input_is_unchanged():
    film = MetaTensor(torch.rand(1, 40, 30), meta={"film": "a"})
    before = film.clone()
    found = FAST({"image": film})["image"]
    assert found.meta["film"] == "a" and torch.equal(film, before)
    assert found.min() == 0 and found.max() == 1


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_constant_film_becomes_zero(value):
    assert (FAST({"image": torch.full((1, 8, 8), value)})["image"] == 0).all()


def test_percentiles_inside_a_mask():
    film = torch.arange(200.0).reshape(1, 10, 20)
    mask = torch.zeros(1, 10, 20)
    mask[:, 5:, :] = 2
    found = ScalePercentilesd("image", lower=0, upper=100, mask_key="lungs")({"image": film, "lungs": mask})["image"]
    assert found[0, 5, 0] == 0 and found[0, 9, 19] == 1 and (found[0, :5] == 0).all()
    whole = ScalePercentilesd("image", lower=0, upper=100, mask_key="lungs")({"image": film, "lungs": mask * 0})[
        "image"
    ]
    assert whole[0, 0, 0] == 0 and whole[0, 9, 19] == 1
