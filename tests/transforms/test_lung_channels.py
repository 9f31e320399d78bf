"""Both lungs, right lung and left lung as channels."""

import numpy as np
import pytest
import torch

from chestxr.transforms import LungChannels, LungChannelsd
from tests.phantom import chest_film

LABELS = chest_film(seed=3)[1][None]


def test_label_map_becomes_binary_channels():
    both, right, left = LungChannels()(LABELS)
    np.testing.assert_array_equal(right, LABELS[0] == 1)
    np.testing.assert_array_equal(left, LABELS[0] == 2)
    np.testing.assert_array_equal(both, LABELS[0] > 0)
    assert both.dtype == torch.float32


def test_probability_of_both_lungs_is_the_sum():
    probability = torch.softmax(torch.randn(3, 8, 6), dim=0)
    both, right, left = LungChannels()(probability)
    torch.testing.assert_close(both, 1 - probability[0])
    torch.testing.assert_close(torch.stack([right, left]), probability[1:])


def test_other_numbers_of_channels_raise():
    with pytest.raises(ValueError, match="found 2 channels"):
        LungChannels()(np.zeros((2, 8, 8)))


def test_dictionary_version_changes_only_its_keys():
    data = {"pred": LABELS, "image": LABELS}
    changed = LungChannelsd("pred")(data)
    assert changed["pred"].shape == (3, *LABELS.shape[1:])
    assert changed["image"] is LABELS and data["pred"] is LABELS
