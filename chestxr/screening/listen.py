"""Screening of films that are sent to this program, and storage of their results in an archive."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chestxr.dicomweb.outages import CircuitBreaker
from chestxr.dimse.inbox import Inbox
from chestxr.utils.archive_errors import ArchiveError, RefusedError
from chestxr.utils.atomic import write_text
from chestxr.utils.errors import FilmError

from .destination import Destination
from .single_films import SingleFilms, film_name

__all__ = ["FilmListener"]


class FilmListener:
    """
    Answer received films once per version of the models: screen each, and send its segmentation and report.

    A film is on the disk before its sender gets an answer, in ``received/``, and is removed after its results are at
    their destination, which ``sent/`` notes. If this process or the destination stops in between, the film waits and
    is answered later; objects that are created twice have the same UID. A film that cannot be screened is removed, and
    ``failed/`` holds the reason. One that crashed its process, or whose results are refused, is also kept there, and
    tried again when it is sent again.

    Parameters
    ----------
    out : pathlib.Path
        Folder of masks and records, named by hashes of the films' UIDs.
    bundle : pathlib.Path
        Folder of the screening bundle.
    destination : Destination
        Where results are sent.
    most : int, optional
        Maximum number of films that wait; others are not accepted.
    keep : bool, optional
        Whether to keep films, in ``kept/``, after they were answered.
    **overrides
        Entries of the bundle's inference.json that differ.

    Raises
    ------
    OSError
        If the folder cannot be written.
    ValueError
        If the UID root is invalid, or the bundle cannot be opened.
    """

    def __init__(
        self,
        out: Path,
        bundle: Path,
        destination: Destination,
        most: int = 1000,
        keep: bool = False,
        **overrides: Any,
    ) -> None:
        self.out, self._keep = out, keep
        self._inbox = Inbox(out / "received", most)
        self._films = SingleFilms(out, bundle, destination, **overrides)

    def close(self) -> None:
        """Wait for the film in progress, and stop the worker process."""
        self._films.close()
        self._inbox.close()

    def drift(self) -> str:
        """Return a warning if the last block of films was unlike those that the models were set on, once; else ""."""
        return self._films.drift.take_warning()

    def receive(self, instance: str, content: bytes) -> None:
        """
        Keep a film until it is answered, unless it was answered before.

        Parameters
        ----------
        instance : str
            SOP Instance UID of the film.
        content : bytes
            Its file.

        Raises
        ------
        NotKeptError
            If there is no space for it.
        """
        name = film_name(instance)
        if not self._films.is_sent(name):
            self._inbox.keep(name, content)

    def wait(self, seconds: float) -> None:
        """Wait until a film arrives, or the time is over."""
        self._inbox.wait(seconds)

    def answer(self) -> Iterator[FilmError | ArchiveError | None]:
        """
        Screen the films that wait and send their results; yield None or the error of each film.

        Stops early if the destination is unavailable for several films in a row.

        Raises
        ------
        OSError, ChildProcessError
            If results cannot be written, or no process can be started.
        """
        watch = CircuitBreaker()
        for name in self._inbox.waiting():
            outcome: FilmError | ArchiveError | None
            try:
                outcome = self._answer(name)
            except ArchiveError as error:
                outcome = error
            yield outcome
            if watch.should_stop(outcome):
                return

    def _answer(self, name: str) -> FilmError | None:
        film = self._inbox.path(name)
        if not self._films.is_sent(name):
            try:
                failure = self._films.answer(name, lambda: film)
            except RefusedError as error:
                self._films.forget_objects(name)
                self._set_aside(name, error)
                raise
            if failure is not None:
                self._set_aside(name, failure, remove=failure.lasting)
                return failure
            self._films.mark_sent(name)
        for earlier in self._failed(name):
            earlier.unlink(missing_ok=True)
        self._remove(film)
        return None

    def _set_aside(self, name: str, reason: OSError | FilmError, remove: bool = False) -> None:
        """Write why a film has no results, and remove it or move it next to the reason."""
        note, copy = self._failed(name)
        write_text(note, str(reason))
        film = self._inbox.path(name)
        if remove:
            self._remove(film)
        else:
            os.replace(film, copy)

    def _remove(self, film: Path) -> None:
        if self._keep:
            kept = self.out / "kept"
            kept.mkdir(mode=0o700, exist_ok=True)
            os.replace(film, kept / film.name)
        else:
            film.unlink()

    def _failed(self, name: str) -> tuple[Path, Path]:
        """Return the paths of the reason why a film has no results, and of its copy."""
        return self.out / "failed" / f"{name}.txt", self.out / "failed" / f"{name}.dcm"
