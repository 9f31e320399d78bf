"""Worker process that opens the bundle once and screens many films."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait
from pathlib import Path

from chestxr.bundle.open import OpenBundle
from chestxr.screening.results.opened import open_with_records, screen_film
from chestxr.utils.errors import FilmError
from chestxr.utils.runtime import set_up_worker

__all__ = ["open_in_worker", "screen_in_worker", "worker_is_open"]

_bundle: OpenBundle | Exception


def open_in_worker(folder: Path, overrides: dict, out: Path, key: str, for_report: bool) -> None:
    """Open the bundle in this process, with one thread, so that results do not depend on the number of processes."""
    global _bundle
    # Ctrl-C reaches all processes of a terminal; the main process stops the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        set_up_worker()
        _bundle = open_with_records(folder, overrides, out, key, for_report)
    except (OSError, ValueError) as error:
        # An error in the initialiser would only end the process; `worker_is_open` raises it.
        _bundle = error


def worker_is_open() -> bool:
    """
    Return True if the bundle is open.

    Raises
    ------
    OSError, ValueError
        If the bundle could not be opened.
    """
    _opened()
    return True


def screen_in_worker(item: dict, out: Path) -> FilmError | None:
    """
    Screen a film; return its error, or None.

    Raises
    ------
    OSError
        If results cannot be written.
    ValueError
        If the bundle could not be opened.
    """
    return screen_film(_opened(), item, out)


def _opened() -> OpenBundle:
    if isinstance(_bundle, Exception):
        raise _bundle
    return _bundle


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
