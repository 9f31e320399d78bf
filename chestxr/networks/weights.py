"""Read network weights without executing code."""

from os import PathLike
from typing import Any

import torch

__all__ = ["read_weights"]


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
