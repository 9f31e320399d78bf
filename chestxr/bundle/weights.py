"""Whether a file holds a network's weights, before any film is given to it."""

from os import PathLike

from chestxr.networks.weights import read_weights

__all__ = ["check_weights"]


def check_weights(path: str | PathLike) -> None:
    """
    Read a file of weights once, so that a broken one is named before a run begins.

    Parameters
    ----------
    path : str or os.PathLike
        What ``torch.save`` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        As :py:func:`chestxr.networks.weights.read_weights` does.
    """
    read_weights(path)
