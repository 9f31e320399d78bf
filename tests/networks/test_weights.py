"""Weights are read without executing code, and only into a network that they fit."""

import pytest
import torch
from torch import nn

from chestxr.networks.weights import load_matching_weights


def _network(classes: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.Conv2d(4, classes, 1))


def test_last_layer_of_other_size_is_left(tmp_path):
    trained, network = _network(3), _network(1)
    torch.save(trained.state_dict(), tmp_path / "model.pt")
    assert load_matching_weights(network, tmp_path / "model.pt") == ["1.bias", "1.weight"]
    assert torch.equal(network[0].weight, trained[0].weight)


def test_no_matching_weight_raises(tmp_path):
    torch.save(nn.Linear(2, 2).state_dict(), tmp_path / "model.pt")
    with pytest.raises(ValueError, match=r"found no weights of a Sequential of these widths"):
        load_matching_weights(_network(1), tmp_path / "model.pt")
