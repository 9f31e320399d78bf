"""Channels side by side give what channel after channel gives."""

import copy

import pytest
import torch
from monai.networks.nets import UNet
from torch import nn

from chestxr.networks import ResUNet, channels_last


def unet() -> UNet:
    return UNet(2, 1, 3, (4, 8, 16), (2, 2), num_res_units=2, norm="instance")


def unet_with_weights_in_its_norms() -> UNet:
    return UNet(2, 1, 3, (4, 8), (2,), norm=("instance", {"affine": True, "eps": 0.1}))


def resunet() -> ResUNet:
    return ResUNet(2, 1, 3, channels=(4, 8, 16))


@pytest.mark.parametrize("make", [unet, unet_with_weights_in_its_norms, resunet])
def test_the_result_is_the_same(make):
    torch.manual_seed(0)
    network = make()
    for weights in network.parameters():
        nn.init.normal_(weights, 0.1, 0.3)
    films = torch.rand(3, 1, 64, 48)
    plain = copy.deepcopy(network).eval()
    laid_out = channels_last(network.eval())
    assert list(laid_out.state_dict()) == list(plain.state_dict())
    with torch.inference_mode():
        expected, found = plain(films), laid_out(films)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4)


def test_the_layout_is_kept_from_layer_to_layer():
    network = channels_last(unet().eval())
    seen = {}
    for name, part in network.named_modules():
        if not list(part.children()):
            part.register_forward_hook(lambda _, __, out, name=name: seen.update({name: out}))
    with torch.inference_mode():
        network(torch.rand(2, 1, 64, 64))
    assert seen and all(out.is_contiguous(memory_format=torch.channels_last) for out in seen.values())


def test_running_statistics_are_refused():
    norms = nn.Sequential(nn.Conv2d(1, 4, 3), nn.InstanceNorm2d(4, track_running_stats=True))
    with pytest.raises(ValueError, match="1 normalises by running statistics"):
        channels_last(norms)
