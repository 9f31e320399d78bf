"""Check a weights file before a run."""

from os import PathLike

from chestxr.networks.weights import read_weights

__all__ = ["check_weights"]


def check_weights(path: str | PathLike) -> None:
    """
    Read a weights file once, so that a broken file is reported before the run starts.

    Parameters
    ----------
    path : str or os.PathLike
        A file written by ``torch.save``.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        See :py:func:`chestxr.networks.weights.read_weights`.
    """
    read_weights(path)
