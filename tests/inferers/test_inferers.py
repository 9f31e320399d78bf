"""Inferers do not change the network's output."""

import pytest
import torch
from monai.data import MetaTensor
from monai.inferers import SimpleInferer
from monai.networks.nets import UNet

from chestxr.inferers import MirrorInferer, TensorInferer

BATCH = torch.rand(3, 1, 64, 48)


@pytest.fixture
def network() -> UNet:
    torch.manual_seed(0)
    return UNet(2, 1, 3, channels=(4, 8, 16), strides=(2, 2), num_res_units=1, norm="instance").eval()


def test_tensor_inferer_matches_simple_inferer(network):
    with torch.inference_mode():
        found = TensorInferer()(MetaTensor(BATCH, meta={"film": "a"}), network)
        assert type(found) is torch.Tensor
        assert (found == SimpleInferer()(BATCH, network)).all()


def test_gradients_flow(network):
    batch = MetaTensor(BATCH).requires_grad_()
    TensorInferer()(batch, network).sum().backward()
    assert batch.grad is not None and batch.grad.abs().sum() > 0


def test_mirror_inferer_is_symmetric_and_averages(network):
    batch = MetaTensor(BATCH, meta={"film": "a"})
    with torch.inference_mode():
        found = MirrorInferer()(batch, network)
        mirrored = MirrorInferer()(batch.flip(2), network)
        expected = (network(BATCH) + network(BATCH.flip(2)).flip(2)) / 2
    assert type(found) is torch.Tensor
    torch.testing.assert_close(found, mirrored.flip(2))
    torch.testing.assert_close(found, expected)


def test_mixed_precision_returns_nearly_the_same_in_float32(network):
    with torch.inference_mode():
        exact, mixed = network(BATCH), TensorInferer(bfloat16=True)(BATCH, network)
    assert mixed.dtype == torch.float32 and not torch.equal(mixed, exact)
    torch.testing.assert_close(mixed, exact, atol=0.05 * float(exact.abs().max()), rtol=0)


def test_mirror_inferer_exchanges_classes_that_have_a_side(network):
    with torch.inference_mode():
        found = MirrorInferer([0, 2, 1])(BATCH, network)
        mirrored = MirrorInferer([0, 2, 1])(BATCH.flip(2), network)
    torch.testing.assert_close(found, mirrored.flip(2)[:, [0, 2, 1]])
