"""A folded network has the same output, no batch normalisation after a convolution, and no padding of copies."""

import pytest
import torch
from torch import nn

from chestxr.networks import LiteUNet, ResUNet
from chestxr.networks.fold_for_inference import fold_for_inference

NETWORKS = {
    "lite": (lambda: LiteUNet(1, 3), 0),
    # The normalisation before a unit follows a sum or a concatenation.
    "resunet": (lambda: ResUNet(2, 1, 3, channels=(8, 16, 32)), 4),
}


@pytest.fixture(params=NETWORKS)
def trained(request) -> tuple[nn.Module, int]:
    torch.manual_seed(0)
    make, left = NETWORKS[request.param]
    network = make()
    for module in _norms(network):
        nn.init.normal_(module.running_mean, 0, 0.1)
        nn.init.uniform_(module.running_var, 0.5, 1.5)
        nn.init.uniform_(module.weight, 0.5, 1.5)
        nn.init.normal_(module.bias, 0, 0.1)
    return network.eval(), left


def _norms(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


@pytest.mark.parametrize("size", [(96, 64), (50, 70)])
def test_output_is_the_same_but_for_rounding(trained, size):
    network, left = trained
    batch, before = torch.rand(2, 1, *size), len(_norms(network))
    with torch.inference_mode():
        expected, found = network(batch), fold_for_inference(network)(batch)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5 * float(expected.abs().max()))
    assert len(_norms(network)) == before > left == len(_norms(fold_for_inference(network)))
    assert not [module for module in fold_for_inference(network).modules() if isinstance(module, nn.ConstantPad2d)]
