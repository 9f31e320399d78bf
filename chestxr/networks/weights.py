"""A network's weights in a file."""

from os import PathLike
from typing import Any

import torch

__all__ = ["read_weights"]


def read_weights(path: str | PathLike) -> dict[str, Any]:
    """
    Read weights without executing anything that stands in their file.

    Parameters
    ----------
    path : str or os.PathLike
        What ``torch.save`` wrote.

    Returns
    -------
    dict
        What the file holds, its tensors on the CPU.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is cut off, something else, or holds what is made by executing code.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # of other bytes torch's unpickler raises errors of any kind
        raise ValueError(
            f"{path}: cut off, no weights, or more than weights; expected a file of torch.save that holds tensors and "
            "nothing that is executed; copy it again"
        ) from error
