"""Post-processing of lungs equals MONAI's transforms."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from monai.data import MetaTensor
from monai.transforms import AsDiscrete, Compose, FillHoles, KeepLargestConnectedComponent

from chestxr.transforms.arg_max import ArgMaxd
from chestxr.transforms.keep_lung_components import KeepLungComponents, KeepLungComponentsd

SLOW = Compose([KeepLargestConnectedComponent(applied_labels=[1, 2]), FillHoles(applied_labels=[1, 2])])
LABELS = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 2))


def _largest_are_clear(labels: np.ndarray) -> bool:
    """Return whether no lung has two largest components of equal size, of which either may be kept."""
    from skimage.measure import label

    for side in (1, 2):
        sizes = sorted(np.bincount(label(labels == side, connectivity=2).ravel())[1:])
        if len(sizes) > 1 and sizes[-1] == sizes[-2]:
            return False
    return True


@given(LABELS.filter(_largest_are_clear))
@settings(max_examples=300, deadline=None)
def test_same_as_monai(labels):
    np.testing.assert_array_equal(KeepLungComponents()(labels[None].copy()), SLOW(labels[None].copy()))


@pytest.mark.parametrize("transposed", [False, True])
def test_blobs_with_holes_and_islands(transposed):
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 3, (24, 20)).astype(np.uint8)
    labels = np.kron(coarse, np.ones((9, 7), np.uint8))
    labels = labels.T if transposed else labels
    np.testing.assert_array_equal(KeepLungComponents()(labels[None].copy()), SLOW(labels[None].copy()))


def test_input_is_unchanged_and_metadata_are_kept():
    labels = MetaTensor(torch.tensor([[[1, 0, 1, 1], [0, 0, 0, 0]]]), meta={"film": "a"})
    found = KeepLungComponentsd("pred")({"pred": labels})["pred"]
    assert found.tolist() == [[[0, 0, 1, 1], [0, 0, 0, 0]]] and found.meta["film"] == "a"
    assert labels[0, 0, 0] == 1


def test_argmax_equals_monai():
    probability = MetaTensor(torch.rand(3, 17, 23).softmax(0), meta={"film": "a"})
    found = ArgMaxd("pred")({"pred": probability})["pred"]
    assert (found == AsDiscrete(argmax=True)(probability)).all() and found.dtype == torch.uint8
    assert found.meta["film"] == "a" and found.shape == (1, 17, 23)


def test_argmax_keeps_the_probabilities_without_a_copy():
    probability = MetaTensor(torch.rand(3, 130, 5))
    found = ArgMaxd("pred", probability_key="probability")({"pred": probability})
    assert found["probability"] is probability and (found["pred"] == probability.argmax(0)).all()


def test_argmax_takes_the_first_class_of_a_tie():
    assert (ArgMaxd("pred")({"pred": torch.full((3, 5, 5), 1 / 3)})["pred"] == 0).all()
