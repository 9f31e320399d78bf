"""ResUNet has the published sizes, accepts any input size, and can be exported."""

import numpy as np
import pytest
import torch
from torch import nn

from chestxr.networks import ResUNet

SMALL = {"spatial_dims": 2, "in_channels": 1, "out_channels": 3, "channels": (4, 8, 16)}


def trainable(network: nn.Module) -> int:
    return sum(weights.numel() for weights in network.parameters() if weights.requires_grad)


def small_network() -> ResUNet:
    torch.manual_seed(0)
    return ResUNet(**SMALL).eval()


def test_recipe_variant_has_the_published_parameter_count():
    network = ResUNet(2, 1, 1, channels=(16, 32, 64, 128, 256), decoder_channels=(256, 128, 64, 32), bridge_units=2)
    assert trainable(network) == 4_715_441


def test_default_widths_are_those_of_the_paper():
    assert trainable(ResUNet(2, 1, 1)) == 8_222_529


@pytest.mark.parametrize("size", [(64, 64), (63, 65), (17, 90), (5, 5), (1, 1)])
def test_output_has_the_input_size(size):
    with torch.no_grad():
        assert small_network()(torch.zeros(2, 1, *size)).shape == (2, 3, *size)


@pytest.mark.parametrize("dims", [1, 3])
def test_other_dimensions(dims):
    network = ResUNet(dims, 2, 1, channels=(2, 4), norm="instance", act=("leakyrelu", {}), dropout=0.1)
    assert network(torch.zeros(1, 2, *(9,) * dims)).shape == (1, 1, *(9,) * dims)


def test_every_weight_has_a_gradient():
    network = ResUNet(**SMALL, bridge_units=1)
    network(torch.randn(2, 1, 33, 31)).square().mean().backward()
    assert all(torch.any(weights.grad != 0) for weights in network.output.parameters())
    assert all(weights.grad is not None for weights in network.parameters())


def test_convolutions_follow_normalisation_and_activation():
    unit = ResUNet(**SMALL).encoder[1]
    kinds = [type(part) for part in unit.chain.modules() if not list(part.children())]
    assert kinds == [nn.BatchNorm2d, nn.ReLU, nn.Conv2d] * 2
    assert [type(part) for part in unit.shortcut] == [nn.Conv2d, nn.BatchNorm2d]


@pytest.mark.parametrize(
    "wrong", [{"channels": (8,)}, {"channels": (8, 16, 32), "decoder_channels": (16,)}], ids=["one level", "decoder"]
)
def test_inconsistent_widths_raise(wrong):
    with pytest.raises(ValueError, match="two levels and a decoder width for each"):
        ResUNet(2, 1, 1, **wrong)


def test_torch_export():
    network, films = small_network(), torch.randn(2, 1, 37, 50)
    size = {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    program = torch.export.export(network, (films,), dynamic_shapes=(size,))
    other = torch.randn(2, 1, 48, 41)
    with torch.no_grad():
        for batch in (films, other):
            torch.testing.assert_close(program.module()(batch), network(batch))


def test_onnx_runtime_agrees(tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    network, films = small_network(), torch.randn(1, 1, 37, 50)
    path = tmp_path / "resunet.onnx"
    torch.onnx.export(network, (films,), path, dynamo=True, input_names=["image"], verbose=False)
    session = onnxruntime.InferenceSession(path)
    with torch.no_grad():
        expected = network(films).numpy()
    np.testing.assert_allclose(session.run(None, {"image": films.numpy()})[0], expected, atol=1e-4)
