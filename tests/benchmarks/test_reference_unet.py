"""The recipe's U-Net has its published size."""

import torch
from monai.networks.nets import BasicUNet
from torch import nn

from tools.benchmarks.reference_unet import ReferenceUNet


def count(network: nn.Module) -> int:
    return sum(weights.numel() for weights in network.parameters())


def test_parameter_count_equals_the_recipes():
    assert count(ReferenceUNet()) == 7_759_521


def test_parameter_count_of_basic_unet_differs():
    monai_own = BasicUNet(2, 1, 1, (32, 64, 128, 256, 512, 32), act="relu", norm=None)
    assert count(monai_own) > 7_759_521


def test_no_normalisation_layers():
    kinds = {type(part) for part in ReferenceUNet().modules()}
    assert not kinds & {nn.BatchNorm2d, nn.InstanceNorm2d, nn.GroupNorm}


def test_logits_have_the_films_size():
    network = ReferenceUNet(out_channels=3, features=(4, 8, 16, 32, 64))
    assert network(torch.zeros(1, 1, 64, 48)).shape == (1, 3, 64, 48)


def test_export():
    network = ReferenceUNet(out_channels=3, features=(4, 8, 16, 32, 64)).eval()
    films = torch.randn(1, 1, 64, 48)
    with torch.no_grad():
        program = torch.export.export(network, (films,))
        torch.testing.assert_close(program.module()(films), network(films))
