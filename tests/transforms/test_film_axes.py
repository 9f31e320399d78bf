"""Axes of films from several callers, and masks as volumes of one slice."""

import numpy as np
import pytest
import torch
from monai.data import MetaTensor

from chestxr.transforms import EnsureFilmAxesd, MaskAsSliced

FILM = torch.arange(70.0 * 90).reshape(70, 90)


@pytest.mark.parametrize("film", [FILM, FILM[None], FILM[..., None], FILM[None, ..., None]])
def test_all_accepted_shapes_give_the_same_axes(film):
    meta = {"filename_or_obj": "film.dcm"}
    found = EnsureFilmAxesd("image")({"image": MetaTensor(film, meta=meta), "film": "film"})
    assert found["image"].shape == (1, 70, 90) and torch.equal(found["image"][0].as_tensor(), FILM)
    assert found["image"].meta["filename_or_obj"] == "film.dcm" and found["film"] == "film"


def test_array_becomes_metatensor():
    found = EnsureFilmAxesd("image")({"image": FILM.numpy()})
    assert isinstance(found["image"], MetaTensor) and found["image"].shape == (1, 70, 90)


@pytest.mark.parametrize("shape", [(3, 70, 90), (70, 90, 3), (70, 90, 5), (2, 1, 70, 90)])
def test_volumes_and_colour_images_raise(shape):
    with pytest.raises(ValueError, match=r"expected one slice of one channel"):
        EnsureFilmAxesd("image")({"image": torch.zeros(shape)})


def test_film_of_one_row_is_not_transposed():
    assert EnsureFilmAxesd("image")({"image": torch.zeros(1, 90, 1)})["image"].shape == (1, 90, 1)


def test_mask_becomes_one_slice_and_spatial_shape_matches():
    mask = MetaTensor((FILM[None] > 100).to(torch.uint8), meta={"spacing": 1})
    film = MetaTensor(torch.zeros(1, 8, 8), meta={"spatial_shape": np.array([70, 90])})
    found = MaskAsSliced("pred")({"pred": mask, "image": film})
    assert found["pred"].shape == (1, 70, 90, 1) and torch.equal(found["pred"][..., 0], mask)
    assert tuple(found["image"].meta["spatial_shape"]) == (70, 90, 1)
