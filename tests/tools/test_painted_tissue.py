"""Painted tissue covers the named part of one lung, and only brightens."""

import numpy as np
import pytest
import torch
from monai.data import MetaTensor

from tests.phantom import chest_film
from tools.experiments.augmentations.painted_tissue import SHAPES, PaintTissued


@pytest.fixture
def item() -> dict:
    film, labels = chest_film((96, 112), seed=4)
    return {"image": MetaTensor(film[None]), "label": MetaTensor(labels[None]), "film": "a"}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_painted_part_is_as_bright_as_tissue(item, shape):
    painted = PaintTissued("image", shape)(item)
    part = painted["painted"] > 0
    (side,) = torch.unique(item["label"][part]).tolist()
    lung = item["label"] == side
    assert part.sum() > 0.2 * lung.sum() and (shape == "white lung") == bool((part == lung).all())
    before, after = (float(film["image"][part].median()) for film in (item, painted))
    assert before < 0.45 * 255 < 0.6 * 255 < after
    assert (painted["image"] >= item["image"]).all() and painted["image"].meta == item["image"].meta


def test_each_lung_is_painted_on_some_films(item):
    sides = {int(found["label"][found["painted"] > 0][0]) for found in map(_named(item), "abcdef")}
    assert sides == {1, 2}


def _named(item: dict):
    return lambda name: PaintTissued("image", "white lung")(item | {"film": name})


def test_it_lies_where_its_name_says(item):
    rows = {shape: np.nonzero(PaintTissued("image", shape)(item)["painted"][0].numpy())[1] for shape in SHAPES}
    assert rows["upper half"].max() <= rows["lower half"].min()
