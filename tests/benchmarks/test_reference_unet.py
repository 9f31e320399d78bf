"""The recipe's U-Net keeps its published size."""

import torch
from monai.networks.nets import BasicUNet
from torch import nn

from tools.benchmarks.reference_unet import ReferenceUNet


def count(network: nn.Module) -> int:
    return sum(weights.numel() for weights in network.parameters())


def test_it_has_the_recipes_parameter_count():
    assert count(ReferenceUNet()) == 7_759_521


def test_basic_unet_of_monai_alone_does_not():
    monai_own = BasicUNet(2, 1, 1, (32, 64, 128, 256, 512, 32), act="relu", norm=None)
    assert count(monai_own) > 7_759_521


def test_nothing_is_normalised():
    kinds = {type(part) for part in ReferenceUNet().modules()}
    assert not kinds & {nn.BatchNorm2d, nn.InstanceNorm2d, nn.GroupNorm}


def test_it_gives_logits_of_the_films_size():
    network = ReferenceUNet(out_channels=3, features=(4, 8, 16, 32, 64))
    assert network(torch.zeros(1, 1, 64, 48)).shape == (1, 3, 64, 48)


def test_it_exports_to_a_program():
    network = ReferenceUNet(out_channels=3, features=(4, 8, 16, 32, 64)).eval()
    films = torch.randn(1, 1, 64, 48)
    with torch.no_grad():
        program = torch.export.export(network, (films,))
        torch.testing.assert_close(program.module()(films), network(films))
