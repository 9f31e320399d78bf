"""Fold batch normalisation and padding into convolutions, for inference."""

from collections.abc import Iterator
from copy import deepcopy
from itertools import chain, pairwise

import torch
from monai.networks.nets.efficientnet import MBConvBlock
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from .lite_unet import EfficientNetLiteEncoder

__all__ = ["fold_for_inference"]

_Place = tuple[nn.Module, str]
# Convolutions and the normalisation after them, in modules that call their children by name.
_NAMED = {
    MBConvBlock: (("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")),
    EfficientNetLiteEncoder: (("_conv_stem", "_bn0"),),
}


def fold_for_inference(network: nn.Module) -> nn.Module:
    """
    Return a copy of a network for inference, with batch normalisation and padding folded into convolutions.

    In evaluation, batch normalisation is a scale and an offset for each channel, which the weights and the bias of a
    convolution can hold. The output is the same but for rounding. A normalisation that follows no convolution, or
    follows one across a sum or a concatenation, stays. :py:func:`torch.fx.experimental.optimization.fuse` would trace
    the network, which leaves the skip connections of MONAI's FlexibleUNet out.

    MONAI's EfficientNet pads copies of feature maps, on one side more than on the other. In the copy, convolutions pad
    both sides by the larger margin, and zeros in front of their kernels skip what is too much.

    Parameters
    ----------
    network : torch.nn.Module
        The network with its weights; it is not changed.

    Returns
    -------
    torch.nn.Module
        The copy, in evaluation mode. It shares the weights that are not changed.
    """
    shared = {id(tensor): tensor for tensor in chain(network.parameters(), network.buffers())}
    folded = deepcopy(network, shared).eval()
    for module in list(folded.modules()):
        for (parent, conv), (holder, norm) in [*_named_pairs(module), *_pairs_in_sequence(module)]:
            setattr(parent, conv, fuse_conv_bn_eval(getattr(parent, conv), getattr(holder, norm)))
            setattr(holder, norm, nn.Identity())
        for name, padding in list(module.named_children()):
            if isinstance(module, tuple(_NAMED)) and isinstance(padding, nn.ConstantPad2d):
                _pad_in(getattr(module, name.removesuffix("_padding")), padding)
                setattr(module, name, nn.Identity())
    return folded


def _named_pairs(module: nn.Module) -> Iterator[tuple[_Place, _Place]]:
    for kind, names in _NAMED.items():
        if isinstance(module, kind):
            for conv, norm in names:
                if _foldable(getattr(module, conv, None), getattr(module, norm, None)):
                    yield (module, conv), (module, norm)


def _pairs_in_sequence(module: nn.Module) -> Iterator[tuple[_Place, _Place]]:
    if isinstance(module, nn.Sequential):
        places = list(_leaves(module))
        for before, after in pairwise(places):
            if _foldable(getattr(*before), getattr(*after)):
                yield before, after


def _leaves(sequence: nn.Sequential) -> Iterator[_Place]:
    """Yield where the modules of nested sequences are, in the order in which they run."""
    for name, child in sequence.named_children():
        if isinstance(child, nn.Sequential):
            yield from _leaves(child)
        else:
            yield sequence, name


def _foldable(conv: nn.Module | None, norm: nn.Module | None) -> bool:
    return isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)


def _pad_in(conv: nn.Conv2d, padding: nn.ConstantPad2d) -> None:
    """Let a convolution without padding pad its input itself; the margins are at least as large behind it as before."""
    left, right, top, bottom = padding.padding
    weight = nn.functional.pad(conv.weight, (right - left, 0, bottom - top, 0))
    conv.weight = nn.Parameter(weight.contiguous(memory_format=torch.channels_last), requires_grad=False)
    conv.kernel_size, conv.padding = tuple(weight.shape[-2:]), (bottom, right)
