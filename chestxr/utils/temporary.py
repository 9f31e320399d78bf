"""Temporary folders that a killed process does not leave for long: what they hold names patients."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

__all__ = ["remove_stale_folders", "temporary_folder"]

# What else begins with the same characters, a folder of results even, is not ours.
_MARK = ".process-folder"


@contextmanager
def temporary_folder(prefix: str, below: Path | None = None) -> Iterator[Path]:
    """
    Make a temporary folder for the moment; a process' first one removes those of killed processes.

    Parameters
    ----------
    prefix : str
        First characters of the folder's name.
    below : pathlib.Path, optional
        Where it is made; where temporary files usually are by default.

    Yields
    ------
    pathlib.Path
        The folder.
    """
    below = below or Path(tempfile.gettempdir())
    _remove_left_folders_once(prefix, below)
    # It has another name until it is locked, or it would be taken for a leftover.
    made = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=below))
    folder = made.with_name(made.name.removeprefix("."))
    with _locked(made):
        (made / _MARK).touch()
        made.rename(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def remove_stale_folders(prefix: str, below: Path | None = None) -> None:
    """Remove the folders of killed processes; prefix and place as for :py:func:`temporary_folder`."""
    for mark in (below or Path(tempfile.gettempdir())).glob(f"{prefix}*/{_MARK}"):
        with suppress(OSError), _locked(mark.parent):
            shutil.rmtree(mark.parent, ignore_errors=True)


_remove_left_folders_once = cache(remove_stale_folders)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """
    Hold a folder's lock, which the system lets go when the process ends.

    Raises
    ------
    OSError
        If another process holds it, or there is no such folder.
    """
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)
