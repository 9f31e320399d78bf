"""Right and left lung from a binary mask."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.transforms import LoadImaged

from chestxr.data import open_collection
from chestxr.io import MaskReader
from chestxr.transforms import LungLabels, LungLabelsd
from tests.phantom import chest_film


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_sides_of_a_binary_mask(seed):
    labels = chest_film((96, 112), seed)[1]
    np.testing.assert_array_equal(LungLabels()((labels > 0)[None].astype(np.uint8))[0], labels)


def test_mirroring_the_mask_mirrors_the_sides():
    labels = chest_film((96, 112), 1)[1]
    mirrored = LungLabels()((labels[::-1] > 0)[None].astype(np.uint8))[0]
    np.testing.assert_array_equal(mirrored[::-1], np.choose(labels, [0, 2, 1]))


def test_label_map_is_unchanged():
    labels = chest_film((96, 112), 1)[1][::-1].copy()
    np.testing.assert_array_equal(LungLabels()(labels[None])[0], labels)


def test_third_component_joins_the_nearest_lung():
    mask = np.zeros((1, 100, 100), np.uint8)
    mask[0, 10:40, 20:80] = mask[0, 60:90, 20:80] = 1
    mask[0, 92:97, 40:60] = 1
    labels = LungLabels()(mask)
    assert (labels[0, 92:97, 40:60] == 2).all() and (labels[0, 10:40, 20:80] == 1).all()


def test_touching_lungs_are_split():
    mask = np.zeros((1, 100, 100), np.uint8)
    mask[0, 10:45, 20:80] = mask[0, 55:90, 20:80] = 1
    mask[0, 45:55, 48:52] = 1
    labels = LungLabels()(mask)[0]
    assert (labels[12:43, 22:78] == 1).all() and (labels[57:88, 22:78] == 2).all()
    assert ((labels > 0) == mask[0]).all()


def test_single_lung_keeps_its_side():
    mask = np.zeros((1, 100, 100), np.uint8)
    mask[0, 60:90, 20:80] = 1
    assert set(np.unique(LungLabels()(mask))) == {0, 2}


def test_empty_mask_raises():
    with pytest.raises(ValueError, match="lung mask"):
        LungLabels()(np.zeros((1, 64, 64), np.uint8))


@pytest.mark.slow
@pytest.mark.films
def test_every_real_mask_gives_two_lungs(real_films):
    load = LoadImaged("label", reader=MaskReader(), ensure_channel_first=True, dtype="uint8")
    part = LungLabelsd("label")
    for film in open_collection(real_films).films:
        if film.masks:
            labels = part(load({"label": str(film.masks[0])}))["label"][0].numpy()
            right, left = (labels == 1), (labels == 2)
            assert 0.2 < right.sum() / left.sum() < 12, film.name
            assert np.nonzero(right)[0].mean() < np.nonzero(left)[0].mean(), film.name
