"""A process that opens the bundle once and screens film after film."""

import signal
from pathlib import Path

import torch

from chestxr.bundles.open_bundle import OpenBundle
from chestxr.io import FilmError

__all__ = ["open_in_worker", "screen_in_worker"]

_bundle: OpenBundle | Exception | None = None


def open_in_worker(folder: Path, knobs: dict, processes: int) -> None:
    """Open the bundle in this process; with several of them, each keeps to one thread."""
    global _bundle
    # Ctrl-C reaches all processes of a terminal: the one that draws the progress bar ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if processes > 1:
        torch.set_num_threads(1)
    try:
        _bundle = OpenBundle(folder, **knobs)
    except (OSError, ValueError) as error:
        # Raised here it would only end the process: the first film tells it.
        _bundle = error


def screen_in_worker(item: dict) -> FilmError | None:
    """
    Screen one film; return why it failed, None if it did not.

    Raises
    ------
    OSError
        If results cannot be written.
    ValueError
        If the bundle could not be opened.
    """
    if isinstance(_bundle, Exception):
        raise _bundle
    return _bundle.run_film(item)
