"""Inferers do not change the network's output."""

import pytest
import torch
import torch.distributed
from monai.data import MetaTensor
from monai.inferers import SimpleInferer
from monai.networks.nets import UNet
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from chestxr.inferers import MirrorInferer, TensorInferer
from chestxr.networks import ResUNet

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


@pytest.fixture
def with_batch_norm() -> ResUNet:
    torch.manual_seed(0)
    return ResUNet(2, 1, 3, channels=(4, 8, 16)).eval()


class _Calls:
    """Count the calls of the batch normalisation of the network itself, not of its copies."""

    def __init__(self, network: nn.Module) -> None:
        self.count = 0
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.register_forward_hook(self)

    def __call__(self, *_) -> None:
        self.count += 1


def test_batch_norm_is_folded_without_gradients(with_batch_norm):
    calls, infer = _Calls(with_batch_norm), TensorInferer()
    expected = with_batch_norm(BATCH)
    before, calls.count = calls.count, 0
    with torch.no_grad():
        found = infer(BATCH, with_batch_norm)
    assert calls.count == 0 < before
    torch.testing.assert_close(found, expected.detach(), rtol=1e-4, atol=1e-5)
    assert infer(BATCH, with_batch_norm).requires_grad


def _trained(network: nn.Module) -> None:
    """Take a step, as an optimiser does."""
    with torch.no_grad():
        for weights in network.parameters():
            weights.mul_(1.1)


def _loaded(network: nn.Module) -> None:
    network.load_state_dict({name: value * 1.1 for name, value in network.state_dict().items()})


def _assigned(network: nn.Module) -> None:
    network.load_state_dict({name: value * 1.1 for name, value in network.state_dict().items()}, assign=True)


@pytest.mark.parametrize("change", [_trained, _loaded, _assigned])
def test_changed_weights_are_folded_again(with_batch_norm, change):
    infer = TensorInferer()
    with torch.no_grad():
        before = infer(BATCH, with_batch_norm)
        change(with_batch_norm)
        torch.testing.assert_close(infer(BATCH, with_batch_norm), with_batch_norm(BATCH), rtol=1e-4, atol=1e-4)
        assert not torch.allclose(before, with_batch_norm(BATCH), rtol=1e-2)


def test_another_network_is_not_taken_for_the_one_before(with_batch_norm, network):
    infer = TensorInferer()
    with torch.no_grad():
        for each in (with_batch_norm, network, with_batch_norm):
            torch.testing.assert_close(infer(BATCH, each), each(BATCH), rtol=1e-4, atol=1e-5)


def test_network_in_training_keeps_its_batch_norm(with_batch_norm):
    with torch.no_grad():
        before = with_batch_norm.train().state_dict()
        before = {name: value.clone() for name, value in before.items() if "running_mean" in name}
        TensorInferer()(BATCH, with_batch_norm)
    assert any(not torch.equal(value, with_batch_norm.state_dict()[name]) for name, value in before.items())


def test_network_of_several_processes_is_folded(with_batch_norm, tmp_path):
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    try:
        with torch.no_grad():
            found = TensorInferer()(BATCH, DistributedDataParallel(with_batch_norm).eval())
            torch.testing.assert_close(found, with_batch_norm(BATCH), rtol=1e-4, atol=1e-5)
    finally:
        torch.distributed.destroy_process_group()
