"""How a network lies in memory."""

import torch
from monai.networks.utils import replace_modules
from torch import nn

__all__ = ["channels_last"]


def channels_last(network: nn.Module) -> nn.Module:
    """
    Lay a 2-D network's channels side by side in memory, which CPUs compute faster; for inference.

    torch's instance normalisation changes back to channel after channel, each time it is met. It is replaced by group
    normalisation with a group for each channel, which is the same (Wu and He, ECCV 2018; arXiv 1803.08494) and keeps
    the layout. Weights and their names stay.

    Parameters
    ----------
    network : torch.nn.Module
        The network; it is changed.

    Returns
    -------
    torch.nn.Module
        The network.

    Raises
    ------
    ValueError
        If an instance normalisation has running statistics, which group normalisation has not.
    """
    for name, part in list(network.named_modules()):
        if isinstance(part, nn.InstanceNorm2d):
            replace_modules(network, name, _by_groups(name, part))
    return network.to(memory_format=torch.channels_last)


def _by_groups(name: str, norm: nn.InstanceNorm2d) -> nn.GroupNorm:
    if norm.track_running_stats:
        raise ValueError(
            f"{name} normalises by running statistics; expected an instance normalisation by those of the film; "
            "run this network without channels_last"
        )
    groups = nn.GroupNorm(norm.num_features, norm.num_features, norm.eps, norm.affine)
    groups.load_state_dict(norm.state_dict())
    return groups.train(norm.training)
