"""Random opacities brighten lungs only, leave the label, and are reproducible."""

import numpy as np
import pytest
import torch

from chestxr.transforms import RandLungOpacityd
from tests.phantom import chest_film


@pytest.fixture
def item() -> dict:
    film, labels = chest_film((96, 112), seed=4)
    label = torch.from_numpy(np.stack([labels == value for value in range(3)]).astype(np.float32))
    return {"image": torch.from_numpy(film[None] / 255), "label": label}


def _painted(item: dict, seed: int, prob: float = 1.0) -> dict:
    return RandLungOpacityd("image", prob=prob).set_random_state(seed)(item)


@pytest.mark.parametrize("seed", range(12))
def test_lungs_become_brighter_and_the_rest_stays(item, seed):
    painted = _painted(item, seed)
    added = painted["image"] - item["image"]
    lungs = item["label"][1:].amax(0, keepdim=True) > 0
    assert painted["label"] is item["label"] and added.shape == (1, 96, 112) and added.min() >= 0
    assert added[lungs].max() > 0.15
    assert added[lungs].sum() > 0.95 * added.sum()


def test_seeds_paint_one_lung_or_both_and_dense_and_faint_opacities(item):
    added = [(_painted(item, seed)["image"] - item["image"])[0] for seed in range(40)]
    sides = [tuple(bool(a[item["label"][side] > 0].mean() > 0.02) for side in (1, 2)) for a in added]
    assert {(True, False), (False, True), (True, True)} <= set(sides)
    strongest = [float(a.max()) for a in added]
    assert min(strongest) < 0.3 < 0.5 < max(strongest)


def test_same_seed_gives_the_same_film(item):
    assert torch.equal(_painted(item, 3)["image"], _painted(item, 3)["image"])
    assert not torch.equal(_painted(item, 3)["image"], _painted(item, 4)["image"])


def test_probability_zero_and_films_without_lungs_change_nothing(item):
    assert _painted(item, 0, prob=0)["image"] is item["image"]
    empty = item | {"label": torch.zeros_like(item["label"])}
    assert torch.equal(_painted(empty, 0)["image"], item["image"])
