"""Suppress library logs and warnings while reading untrusted files."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pydicom

from .runtime import QUOTING_LOGGERS, SILENT

__all__ = ["silence_libraries"]


class _Silence:
    """Reference count of the library settings: the first thread changes them, the last one restores them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._settings = ExitStack()

    def enter(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._settings.enter_context(_changed_settings())
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._settings.close()


_SILENCE = _Silence()


@contextmanager
def silence_libraries() -> Iterator[None]:
    """
    Suppress messages of libraries on non-conformant values, which quote them, including names and identifiers.

    Library logs and Python warnings are suppressed in all threads within this context.
    """
    _SILENCE.enter()
    try:
        yield
    finally:
        _SILENCE.leave()


@contextmanager
def _changed_settings() -> Iterator[None]:
    settings = pydicom.config.settings
    reading, writing = settings.reading_validation_mode, settings.writing_validation_mode
    # A new level empties the caches of all loggers of the process.
    levels = {logger: logger.level for logger in map(logging.getLogger, QUOTING_LOGGERS) if logger.level != SILENT}
    settings.reading_validation_mode = settings.writing_validation_mode = pydicom.config.IGNORE
    for logger in levels:
        logger.setLevel(SILENT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            settings.reading_validation_mode, settings.writing_validation_mode = reading, writing
            for logger, level in levels.items():
                logger.setLevel(level)
