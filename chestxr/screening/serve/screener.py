"""Thread that screens batches, one after the other."""

import logging
import multiprocessing
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread

from .batch import Batch, State

__all__ = ["Screener"]

_PATIENCE = 10


class Screener:
    """
    Screen batches one after the other, in a thread.

    Use it as a context manager: at exit, the screening stops after the films in progress; if they take longer than ten
    seconds, their processes are killed.

    Parameters
    ----------
    screen : callable
        Screens one batch; returns early once the batch is stopping.
    keep_films : bool
        Whether films are kept after they were screened.
    """

    def __init__(self, screen: Callable[[Batch], None], keep_films: bool = False) -> None:
        self._screen, self._keep_films = screen, keep_films
        self._queue: SimpleQueue[Batch | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="screener", daemon=True)
        self._lock = Lock()
        self._current: Batch | None = None
        self._ending = False

    def __enter__(self) -> "Screener":
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop the thread, and every process that screens films."""
        with self._lock:
            self._ending = True
            if self._current is not None:
                self._current.stopping.set()
        self._queue.put(None)
        self._thread.join(_PATIENCE)
        while self._thread.is_alive():
            for process in multiprocessing.active_children():
                process.kill()
            self._thread.join(0.1)

    def add(self, batch: Batch) -> None:
        """Screen a batch after those that were added before."""
        self._queue.put(batch)

    def remove(self, batch: Batch) -> None:
        """Delete the folder of a deleted batch, as soon as nothing writes to it."""
        with self._lock:
            if batch is not self._current:
                batch.remove()

    def _run(self) -> None:
        while (batch := self._queue.get()) is not None:
            with self._lock:
                if self._ending or batch.deleted:
                    continue
                self._current, batch.state = batch, State.SCREENING
            state, batch.message = self._outcome(batch)
            with self._lock:
                self._current, batch.state = None, state
                if batch.deleted:
                    batch.remove()

    def _outcome(self, batch: Batch) -> tuple[State, str]:
        """Screen a batch; return its state, and why it failed."""
        try:
            self._screen(batch)
        except (OSError, ValueError) as error:
            return State.FAILED, str(error)
        except Exception as error:
            # The server must live.
            logging.getLogger(__name__).exception("a batch could not be screened")
            return State.FAILED, f"unexpected {type(error).__name__}; the terminal of chestxr serve has the details"
        if not self._keep_films:
            batch.remove_films()
        return State.FINISHED, ""
