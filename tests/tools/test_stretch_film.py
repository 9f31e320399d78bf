"""A stretched film replaces the original: results are not restored to the stored size."""

import numpy as np
import pytest
import torch
from monai.data import MetaTensor
from monai.transforms import Compose, Invertd

from chestxr.transforms import ResizeFilmd
from tests.phantom import chest_film
from tools.experiments.augmentations import StretchFilmd


@pytest.fixture
def item() -> dict:
    film, labels = chest_film((96, 112), seed=4)
    meta = {"pixel_spacing_mm": np.array([0.5, 0.25]), "spatial_shape": np.array([96, 112])}
    return {
        "image": MetaTensor(film[None], affine=np.diag([-0.5, -0.25, 1, 1]), meta=dict(meta)),
        "label": MetaTensor(labels[None], affine=np.diag([-0.5, -0.25, 1, 1]), meta=dict(meta)),
    }


def stretch() -> StretchFilmd:
    return StretchFilmd(["image", "label"], (192, 128), mode=["bilinear", "nearest-exact"])


def test_film_and_mask_get_the_size(item):
    stretched = stretch()(item)
    for key in ("image", "label"):
        assert stretched[key].shape == (1, 192, 128)
        assert tuple(stretched[key].meta["spatial_shape"]) == (192, 128)
    assert set(torch.unique(stretched["label"]).tolist()) == {0, 1, 2}
    share = [(labels > 0).float().mean().item() for labels in (item["label"], stretched["label"])]
    assert share[1] == pytest.approx(share[0], rel=0.02)


def test_spacing_is_unknown_and_no_transform_is_traced(item):
    stretched = stretch()(item)["image"]
    assert np.isnan(stretched.meta["pixel_spacing_mm"]).all() and not stretched.applied_operations


def test_source_is_unchanged(item):
    stretch()(item)
    assert item["image"].shape == (1, 96, 112)
    assert item["image"].meta["pixel_spacing_mm"].tolist() == [0.5, 0.25]


def test_inversion_stops_at_the_stretched_size(item):
    chain = Compose([stretch(), ResizeFilmd("image", (64, 64))])
    small = chain(item)
    assert small["image"].shape == (1, 64, 64)
    small["pred"] = small["image"].clone()
    restored = Invertd("pred", transform=chain, orig_keys="image", nearest_interp=False)(small)
    assert restored["pred"].shape == (1, 192, 128)
