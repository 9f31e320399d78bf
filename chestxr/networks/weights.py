"""Read network weights without executing code."""

from os import PathLike
from typing import Any

import torch
from monai.networks import copy_model_state
from torch import nn

__all__ = ["load_matching_weights", "load_weights", "read_weights"]


def read_weights(path: str | PathLike) -> dict[str, Any]:
    """
    Read network weights without executing code from their file.

    Parameters
    ----------
    path : str or os.PathLike
        A file written by ``torch.save``.

    Returns
    -------
    dict
        The file's content, with tensors on the CPU.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the file is truncated, has another format, or contains objects that require code execution.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # torch's unpickler raises errors of any kind for invalid files
        raise ValueError(
            f"{path}: found a truncated or invalid file, or objects other than tensors; expected weights written by "
            "torch.save; copy it again"
        ) from error


def load_weights(network: nn.Module, path: str | PathLike) -> None:
    """
    Load a file's weights into a network.

    Parameters
    ----------
    network : torch.nn.Module
        The network.
    path : str or os.PathLike
        State dictionary of the network, as written by ``torch.save``.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the file contains no weights, or those of another network.
    """
    try:
        network.load_state_dict(read_weights(path))
    except RuntimeError as error:
        raise ValueError(
            f"{path}: found weights of another network; expected those of this {type(network).__name__}; give the file "
            "that belongs to the bundle"
        ) from error


def load_matching_weights(network: nn.Module, path: str | PathLike) -> list[str]:
    """
    Load those of a file's weights that have the name and the shape of a network's, to start its training from.

    :py:class:`monai.handlers.CheckpointLoader` with ``strict_shape=False`` loads nothing from a plain state dictionary.

    Parameters
    ----------
    network : torch.nn.Module
        The network.
    path : str or os.PathLike
        State dictionary, as written by ``torch.save``.

    Returns
    -------
    list of str
        Names of the weights that were not loaded, such as those of a last layer with another number of classes.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the file contains no weights, or none that match.
    """
    _, loaded, left = copy_model_state(network, read_weights(path))
    if not loaded:
        raise ValueError(f"{path}: found no weights of a {type(network).__name__} of these widths; give another file")
    return left
