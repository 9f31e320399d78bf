"""Whether a file holds a network's weights, before any film is given to it."""

from os import PathLike

from chestxr.networks.weights import read_weights

__all__ = ["check_weights"]


def check_weights(*paths: str | PathLike) -> None:
    """
    Read files of weights once, so that a broken one is named before a run begins.

    Parameters
    ----------
    *paths : str or os.PathLike
        What ``torch.save`` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        As :py:func:`chestxr.networks.weights.read_weights` does.
    """
    for path in paths:
        read_weights(path)
