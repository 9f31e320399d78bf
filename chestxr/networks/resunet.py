"""ResUNet: a U-Net of pre-activation residual units."""

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from monai.networks.layers.factories import Conv, Dropout
from monai.networks.layers.utils import get_act_layer, get_norm_layer
from torch import nn

__all__ = ["ResUNet"]


class ResUNet(nn.Module):
    """
    Deep Residual U-Net after Zhang, Liu and Wang (IEEE GRSL 15(5):749-753, 2018; arXiv 1711.10684).

    Every unit is normalisation - activation - convolution, twice, with a normalised 1x1 convolution as shortcut. The
    encoder halves the size by stride 2, the decoder doubles it by nearest-neighbour interpolation to the skip's size,
    so that an input may have any size.

    The defaults follow the paper: one residual unit per level, the decoder as wide as its skip connections. The
    variant of a public Keras recipe for chest films (4,715,441 trainable parameters) adds plain units at the bottom
    and has a decoder twice as wide::

        ResUNet(2, 1, 1, channels=(16, 32, 64, 128, 256), decoder_channels=(256, 128, 64, 32), bridge_units=2)

    Parameters
    ----------
    spatial_dims : int
        1, 2 or 3.
    in_channels : int
        Channels of the input.
    out_channels : int
        Channels of the output.
    channels : sequence of int, optional
        Width of every encoder level, from the top down; each level below the first halves the size.
    decoder_channels : sequence of int, optional
        Width of every decoder level, from the bottom up; by default `channels` without its last, reversed.
    bridge_units : int, optional
        Plain pre-activation convolutions at the bottom, after the last encoder level.
    act : str or tuple, optional
        Activation, by its MONAI name.
    norm : str or tuple, optional
        Normalisation, by its MONAI name.
    dropout : float, optional
        Probability of dropping a channel before the output convolution.

    Raises
    ------
    ValueError
        If there are fewer than two levels, or not one decoder width for each level but the last.
    """

    def __init__(
        self,
        spatial_dims: int,
        in_channels: int,
        out_channels: int,
        channels: Sequence[int] = (64, 128, 256, 512),
        decoder_channels: Sequence[int] | None = None,
        bridge_units: int = 0,
        act: str | tuple = "relu",
        norm: str | tuple = "batch",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if decoder_channels is None:
            decoder_channels = tuple(channels)[-2::-1]
        if len(channels) < 2 or len(decoder_channels) != len(channels) - 1:
            raise ValueError(
                f"ResUNet expects at least two levels and a decoder width for each but the last, "
                f"found channels {tuple(channels)} and decoder_channels {tuple(decoder_channels)}."
            )
        blocks = _Blocks(spatial_dims, act, norm)
        stem = blocks.residual_unit(in_channels, channels[0], stride=1, pre_activated=False)
        levels = pairwise(channels)
        self.encoder = nn.ModuleList([stem, *(blocks.residual_unit(above, own, 2) for above, own in levels)])
        bottom = channels[-1]
        self.bridge = nn.Sequential(*(blocks.activated_conv(bottom, bottom) for _ in range(bridge_units)))
        skips = tuple(channels)[-2::-1]
        below = (bottom, *decoder_channels)
        self.decoder = nn.ModuleList(
            blocks.residual_unit(deep + skip, own, 1)
            for deep, skip, own in zip(below, skips, decoder_channels, strict=False)
        )
        self.dropout = Dropout[Dropout.DROPOUT, spatial_dims](dropout)
        self.output = blocks.conv(decoder_channels[-1], out_channels, kernel_size=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """
        Parameters
        ----------
        x : torch.Tensor, shape (batch, in_channels, ...)
            The input, of any size.

        Returns
        -------
        torch.Tensor, shape (batch, out_channels, ...)
            Logits at the input's size.
        """
        skips = []
        for level in self.encoder:
            x = level(x)
            skips.append(x)
        x = self.bridge(skips.pop())
        for level in self.decoder:
            skip = skips.pop()
            x = level(torch.cat([F.interpolate(x, size=skip.shape[2:], mode="nearest"), skip], dim=1))
        return self.output(self.dropout(x))


class _Residual(nn.Module):
    """The sum of a chain and its shortcut."""

    def __init__(self, chain: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.chain = chain
        self.shortcut = shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.chain(x) + self.shortcut(x)


class _Blocks:
    """Factory of the network's layers for one dimension, activation and normalisation."""

    def __init__(self, spatial_dims: int, act: str | tuple, norm: str | tuple) -> None:
        self.spatial_dims = spatial_dims
        self.act = act
        self.norm = norm

    def conv(self, in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1) -> nn.Module:
        return Conv[Conv.CONV, self.spatial_dims](
            in_channels, out_channels, kernel_size, stride=stride, padding=kernel_size // 2
        )

    def normalise(self, channels: int) -> nn.Module:
        return get_norm_layer(self.norm, self.spatial_dims, channels)

    def activated_conv(self, in_channels: int, out_channels: int, stride: int = 1) -> nn.Module:
        return nn.Sequential(
            self.normalise(in_channels),
            get_act_layer(self.act),
            self.conv(in_channels, out_channels, stride=stride),
        )

    def residual_unit(self, in_channels: int, out_channels: int, stride: int, pre_activated: bool = True) -> nn.Module:
        first = self.activated_conv if pre_activated else self.conv
        chain = nn.Sequential(
            first(in_channels, out_channels, stride=stride), self.activated_conv(out_channels, out_channels)
        )
        shortcut = nn.Sequential(
            self.conv(in_channels, out_channels, kernel_size=1, stride=stride), self.normalise(out_channels)
        )
        return _Residual(chain, shortcut)
