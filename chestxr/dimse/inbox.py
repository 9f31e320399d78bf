"""Folder of received films that wait for their results, bounded in number and by the free disk space."""

import fcntl
import os
import shutil
import threading
from pathlib import Path

from chestxr.utils.atomic import atomic_write

from .status import OUT_OF_RESOURCES, NotKeptError

__all__ = ["Inbox"]

# Left free on the disk, for results.
_RESERVE = 2**29


class Inbox:
    """
    Keep films as whole files until they are removed; threads may add films while one thread removes them.

    A film is on the disk before :py:meth:`keep` returns, so that neither a killed process nor a power failure loses it.

    Parameters
    ----------
    folder : pathlib.Path
        The folder. It is created for this user only, since films identify patients. Partial files in it are removed.
    most : int
        Maximum number of films that wait.

    Raises
    ------
    OSError
        If the folder cannot be used, or another process receives films there.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._lock, self._arrived = threading.Lock(), threading.Event()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._opened)
            raise OSError(f"{folder}: another process receives films here; choose another folder") from error
        for partial in folder.glob(".part-*"):
            partial.unlink()

    def close(self) -> None:
        """Let another process use the folder."""
        os.close(self._opened)

    def keep(self, name: str, content: bytes) -> None:
        """
        Write a film, unless it waits already.

        Raises
        ------
        NotKeptError
            If too many films wait, or the disk is full or cannot be written.
        """
        path = self.path(name)
        # One film at a time: partial files are named by process and film, and the limits hold for all senders.
        with self._lock:
            if path.exists():
                return
            if len(self._names()) >= self._most:
                raise NotKeptError(OUT_OF_RESOURCES, "too many films wait for their results")
            try:
                if shutil.disk_usage(self._folder).free < len(content) + _RESERVE:
                    raise NotKeptError(OUT_OF_RESOURCES, "the disk is full")
                with atomic_write(path) as partial:
                    partial.write_bytes(content)
                # Until then, a power failure may undo the renaming.
                os.fsync(self._opened)
            except OSError as error:
                path.unlink(missing_ok=True)
                raise NotKeptError(OUT_OF_RESOURCES, f"the film cannot be written: {error.strerror}"[:64]) from None
        self._arrived.set()

    def path(self, name: str) -> Path:
        """Return the path of a film."""
        return self._folder / f"{name}.dcm"

    def waiting(self) -> list[str]:
        """Return the names of the films that wait, in the order of their arrival."""
        return sorted(self._names(), key=lambda name: self.path(name).stat().st_mtime_ns)

    def wait(self, seconds: float) -> None:
        """Wait until a film arrives after the last call, or the time is over."""
        self._arrived.wait(seconds)
        self._arrived.clear()

    def _names(self) -> list[str]:
        return [path.stem for path in self._folder.glob("[!.]*.dcm")]
