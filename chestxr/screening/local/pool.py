"""Worker pool that survives a crashing worker."""

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path

from chestxr.screening.results.failures import process_ended
from chestxr.utils.errors import FilmError

from .worker import open_in_worker, screen_in_worker, worker_is_open

__all__ = ["FilmPool"]


class FilmPool:
    """
    Screen films in worker processes.

    If a worker crashes, because it was killed or ran out of memory, each film in progress is screened again alone. A
    film that crashes its worker again fails; the others continue.

    Parameters
    ----------
    bundle : pathlib.Path
        Folder of the screening bundle.
    overrides : dict
        Entries of the bundle's inference.json that differ.
    out : pathlib.Path
        Folder of the results.
    key : str
        Hash of the models and settings, stored in the records.
    processes : int
        Number of worker processes.
    for_report : bool, optional
        As in :py:class:`chestxr.screening.results.recorder.FilmRecorder`.
    """

    def __init__(
        self, bundle: Path, overrides: dict, out: Path, key: str, processes: int, for_report: bool = True
    ) -> None:
        self.out, self.processes = out, processes
        self._opening = (bundle, overrides, out, key, for_report)
        self._pool: ProcessPoolExecutor | None = None

    def screen(self, items: Iterable[dict]) -> Iterator[tuple[dict, FilmError | None]]:
        """
        Screen films; yield each film when it is done, with None or its error.

        Raises
        ------
        OSError, ValueError
            If the bundle cannot be opened, or results cannot be written.
        ChildProcessError
            If no process can be started.
        """
        waiting = iter(items)
        while True:
            pending: list[dict] = []
            try:
                yield from self._screen_together(waiting, pending)
                return
            except BrokenProcessPool:
                for item in pending:
                    yield item, self._screen_alone(item)

    def open(self) -> None:
        """
        Start the workers and open the bundle in each.

        Raises
        ------
        OSError, ValueError
            If the bundle cannot be opened.
        ChildProcessError
            If no process can be started.
        """
        self._open(self.processes)

    def screen_film(self, item: dict) -> FilmError | None:
        """
        Screen one film in an open pool; return its error, or None.

        Raises
        ------
        OSError, ChildProcessError
            As :py:meth:`screen` does.
        """
        try:
            return self._submit(item).result()
        except BrokenProcessPool:
            return self._screen_alone(item)

    def close(self) -> None:
        """Wait for the films in progress, and stop the workers."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, item: dict) -> Future:
        if self._pool is None:
            raise RuntimeError("the pool is not open; call open() first")
        return self._pool.submit(screen_in_worker, item, self.out)

    def _screen_together(self, waiting: Iterator[dict], pending: list[dict]) -> Iterator[tuple[dict, FilmError | None]]:
        self._open(self.processes)
        asked: dict[Future, dict] = {}
        # No more films than processes are submitted, so that an interrupted run waits for films in progress only.
        while True:
            for item in islice(waiting, self.processes - len(asked)):
                pending.append(item)
                asked[self._submit(item)] = item
            if not asked:
                return
            for finished in wait(asked, return_when=FIRST_COMPLETED).done:
                error, item = finished.result(), asked.pop(finished)
                pending.remove(item)
                yield item, error

    def _screen_alone(self, item: dict) -> FilmError | None:
        self._open(1)
        try:
            return self._submit(item).result()
        except BrokenProcessPool:
            return process_ended(item)

    def _open(self, processes: int) -> None:
        self.close()
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(processes, context, open_in_worker, self._opening)
        try:
            self._pool.submit(worker_is_open).result()
        except BrokenProcessPool as error:
            raise ChildProcessError(
                "a process that screens films ended before the first one (killed, or out of memory?); "
                "call again to continue, with fewer processes if the memory is short"
            ) from error
