"""Temporary folders that are removed even if their process was killed, since they contain patient data."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

__all__ = ["remove_stale_folders", "temporary_folder"]

# Marks our folders: other folders, even results, may have the same prefix.
_MARK = ".process-folder"


@contextmanager
def temporary_folder(prefix: str, below: Path | None = None) -> Iterator[Path]:
    """
    Create a temporary folder and remove it at exit; the first call also removes folders of killed processes.

    Parameters
    ----------
    prefix : str
        First characters of the folder's name.
    below : pathlib.Path, optional
        The parent folder; by default that of temporary files.

    Yields
    ------
    pathlib.Path
        The folder.
    """
    below = below or Path(tempfile.gettempdir())
    _remove_left_folders_once(prefix, below)
    # It has another name until it is locked; otherwise another process could remove it as a leftover.
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
    """Remove the folders of killed processes; parameters as in :py:func:`temporary_folder`."""
    for mark in (below or Path(tempfile.gettempdir())).glob(f"{prefix}*/{_MARK}"):
        with suppress(OSError), _locked(mark.parent):
            shutil.rmtree(mark.parent, ignore_errors=True)


_remove_left_folders_once = cache(remove_stale_folders)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """
    Hold a folder's lock, which the system releases when the process ends.

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
