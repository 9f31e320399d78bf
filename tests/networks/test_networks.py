"""The networks: golden sizes, any input, both ways out."""

import numpy as np
import pytest
import torch
from monai.networks import eval_mode

from chestxr.networks import ReferenceUNet, ResUNet

SMALL = {"spatial_dims": 2, "in_channels": 1, "out_channels": 3, "channels": (4, 8, 16)}


def _parameters(network) -> int:
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def test_golden_parameter_counts():
    recipe = ResUNet(2, 1, 1, channels=(16, 32, 64, 128, 256), decoder_channels=(256, 128, 64, 32), bridge_units=2)
    assert _parameters(recipe) == 4_715_441
    assert _parameters(ResUNet(2, 1, 1)) == 8_222_529
    assert _parameters(ReferenceUNet()) == 7_759_521


@pytest.mark.parametrize("size", [(64, 64), (65, 63), (30, 97), (5, 7)])
def test_any_input_size(size):
    with eval_mode(network := ResUNet(**SMALL)):
        assert network(torch.rand(2, 1, *size)).shape == (2, 3, *size)


def test_other_dimensions_and_norms():
    network = ResUNet(3, 1, 2, channels=(4, 8), norm=("instance", {"affine": True}), act="prelu", dropout=0.1)
    assert network(torch.rand(1, 1, 9, 10, 11)).shape == (1, 2, 9, 10, 11)


def test_wrong_widths_are_refused():
    with pytest.raises(ValueError, match="decoder width for each"):
        ResUNet(2, 1, 1, channels=(8, 16, 32), decoder_channels=(16,))


def test_units_are_pre_activated():
    """A unit is norm, activation, convolution; its shortcut a normalised 1x1 convolution (arXiv 1711.10684, Fig. 1)."""
    unit = ResUNet(**SMALL).encoder[1]
    kinds = [type(module).__name__ for part in unit.chain for module in part]
    assert kinds == ["BatchNorm2d", "ReLU", "Conv2d"] * 2
    convolution, norm = unit.shortcut
    assert convolution.kernel_size == (1, 1) and isinstance(norm, torch.nn.BatchNorm2d)


@pytest.mark.parametrize("network", [ResUNet(**SMALL), ReferenceUNet(2, 1, 3, features=(4, 8, 16, 32, 64))])
def test_onnx_and_torch_export_agree_with_torch(tmp_path, network):
    onnxruntime = pytest.importorskip("onnxruntime")
    film = torch.rand(1, 1, 64, 48)
    with eval_mode(network):
        expected = network(film).numpy()
        exported = torch.export.export(network, (film,))
        torch.onnx.export(network, (film,), tmp_path / "network.onnx", dynamo=True)
        np.testing.assert_allclose(exported.module()(film).numpy(), expected, atol=1e-5)
    session = onnxruntime.InferenceSession(tmp_path / "network.onnx")
    (actual,) = session.run(None, {session.get_inputs()[0].name: film.numpy()})
    np.testing.assert_allclose(actual, expected, atol=1e-4)
