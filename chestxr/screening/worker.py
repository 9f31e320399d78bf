"""A process that opens the bundle once and screens film after film."""

import signal
from pathlib import Path

import torch

from chestxr.io import FilmError

from .open_bundle import OpenBundle, innermost

__all__ = ["open_in_worker", "screen_in_worker"]

_bundle: OpenBundle | Exception | None = None
_opened_with: tuple[Path, dict]


def open_in_worker(folder: Path, knobs: dict, processes: int) -> None:
    """Open the bundle in this process; with several of them, each keeps to one thread."""
    global _opened_with
    # Ctrl-C reaches all processes of a terminal: the one that draws the progress bar ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if processes > 1:
        torch.set_num_threads(1)
    _opened_with = folder, knobs
    _open()


def _open() -> None:
    global _bundle
    folder, knobs = _opened_with
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
    try:
        failures = _bundle.run([item])
    except Exception as error:
        cause = innermost(error)
        if isinstance(cause, OSError) and not isinstance(cause, FilmError):
            raise cause from None
        # The text of a library's error may hold what a header says of the patient; its kind does not.
        found = f"{type(cause).__name__} while it was screened"
        _open()
        return FilmError(item["image"], found, "a film that can be screened", "please report it")
    return failures[0] if failures else None
