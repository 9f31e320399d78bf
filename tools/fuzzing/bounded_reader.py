"""Read malformed files in a separate process with limits on memory and time, and report the outcome."""

import contextlib
import functools
import io
import logging
import math
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from chestxr.io import read_film
from chestxr.utils.errors import FilmError

from .dicom_results import write_results
from .oracle import Facts, facts_of, judge
from .seeds import SECRETS

__all__ = ["MEMORY", "SECONDS", "BoundedReader", "Outcome", "read_within"]

MEMORY, SECONDS = 3 * 2**30, 10
_START_SECONDS = 300.0
# Wall-clock limit: a process that waits uses no processor time.
_WAIT_SECONDS = 300.0


@dataclass(frozen=True)
class Outcome:
    """
    Outcome of reading one file.

    Attributes
    ----------
    kind : str
        "accepted, same", "accepted, changed", "refused" or "finding".
    detail : str
        For a film that changed, what explains it; for a refused one, what was found; for a finding, the fault, with
        the same text for what is probably the same fault.
    text : str
        Full details of a finding.
    seconds : float
        Processor time used.
    memory : int
        Maximum growth of the process in bytes.
    """

    kind: str
    detail: str
    text: str = ""
    seconds: float = 0.0
    memory: int = 0


class BoundedReader:
    """
    A process that reads files one by one and is restarted when it dies.

    Parameters
    ----------
    memory : int, optional
        Limit of address space in bytes beyond what the process has at its start.
    seconds : int, optional
        Limit of processor time per file.
    """

    def __init__(self, memory: int = MEMORY, seconds: int = SECONDS) -> None:
        self._memory, self._seconds = memory, seconds
        self._process = None

    def __enter__(self) -> "BoundedReader":
        """Return the reader; the process starts with the first file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the process."""
        self._stop()

    @property
    def pid(self) -> int | None:
        """Process ID of the reading process, None if there is none."""
        return self._process and self._process.pid

    def read(self, path: Path, whole: Path | None) -> Outcome:
        """Read a file made from a whole one, in a folder named after its format; None skips the check of pixels."""
        if self._process is None:
            self._start()
        with contextlib.suppress(BrokenPipeError):
            self._pipe.send((path, whole))
        if not self._pipe.poll(_WAIT_SECONDS):
            self._stop()
            return Outcome("finding", "hang", f"not done after {_WAIT_SECONDS:.0f} s", _WAIT_SECONDS)
        try:
            return self._pipe.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            code = self._process.exitcode
            self._stop()
        if code == -signal.SIGXCPU:
            return Outcome("finding", "too slow", f"not done after {self._seconds} s", self._seconds)
        return Outcome("finding", f"died ({code})", f"the process ended with {code}")

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, far_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(far_end, self._memory, self._seconds), daemon=True)
        self._process.start()
        far_end.close()
        if not self._pipe.poll(_START_SECONDS) or self._pipe.recv() != "ready":
            raise RuntimeError("the reading process did not start")

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
        self._process = None


def _serve(pipe: Connection, memory: int, seconds: int) -> None:
    """Read the files named on the pipe until it closes."""
    _bound_memory(memory)
    pipe.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            files = pipe.recv()
            _bound_time(seconds)
            pipe.send(read_within(*files))


def _bound_memory(memory: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _bound_time(seconds: int) -> None:
    """Set the limit of processor time from now on, in whole seconds."""
    limit = math.ceil(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def read_within(path: Path, whole: Path | None = None) -> Outcome:
    """
    Read a film in this process, and capture all output.

    Findings are errors other than FilmError, an array that is not a film, pixels not explained by the file, and the
    patient's name in an error or its causes, in metadata, a log, a warning or the output of a library.

    Parameters
    ----------
    path : pathlib.Path
        The film.
    whole : pathlib.Path or None, optional
        The film from which it was made; without it pixels are not judged.
    """
    start, memory = time.process_time(), _reset_peak()
    with _captured_output() as said:
        kind, detail, text, film = _read(path)
    seconds, memory = time.process_time() - start, _peak() - memory
    words = f"{text}\n{said.getvalue()}"
    if kind != "finding" and _leaks(words):
        kind, detail = "finding", f"leak ({_where(text, said.getvalue())})"
    if kind == "accepted, same" and whole is not None:
        kind, detail = _compare(film, path, whole)
    return Outcome(kind, detail, words if kind == "finding" else "", seconds, memory)


def _compare(film: np.ndarray, path: Path, whole: Path) -> tuple[str, str]:
    """Return kind and detail of the outcome for a film that was read."""
    before, kind = _whole_film(whole), whole.parent.name
    if before.shape == film.shape and (before == film).all():
        return "accepted, same", ""
    allowed, why = judge(_whole_facts(whole), facts_of(path.read_bytes(), kind), before, film)
    return ("accepted, changed" if allowed else "finding"), why


@functools.cache
def _whole_film(whole: Path) -> np.ndarray:
    return read_film(whole)[0]


@functools.cache
def _whole_facts(whole: Path) -> Facts:
    return facts_of(whole.read_bytes(), whole.parent.name)


def _read(path: Path) -> tuple[str, str, str, np.ndarray | None]:
    """Return kind and detail of the outcome, the text that reaches a user, and the film."""
    try:
        film, meta = read_film(path)
    except FilmError as error:
        if "more memory" in error.found:
            return "finding", "memory refused too late", str(error), None
        found = "".join("0" if letter.isdigit() else letter for letter in error.found)
        return "refused", found, f"{error!s}\n{error!r}\n{traceback.format_exc()}", None
    except BaseException as error:
        return _unforeseen(error)
    if not (film.dtype == np.float32 and film.ndim == 2 and film.size and np.isfinite(film).all()):
        return "finding", "no film", f"{film.dtype} {film.shape}", None
    try:
        flags = write_results(path, film, meta)
    except BaseException as error:
        return _unforeseen(error)
    return "accepted, same", "", f"{flags}\n{meta!r}".replace(str(path), ""), film


def _unforeseen(error: BaseException) -> tuple[str, str, str, None]:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}, {frame.name}"
    return "finding", f"{type(error).__name__} ({place})", traceback.format_exc(), None


@contextlib.contextmanager
def _captured_output():
    """Capture logs, warnings, and what Python and C code write to standard output and error."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    logging.getLogger().addHandler(handler)
    with tempfile.TemporaryFile() as printed, warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *_, **__: said.write(f"warning: {message}\n")
        kept = [os.dup(1), os.dup(2)]
        try:
            for stream in (1, 2):
                os.dup2(printed.fileno(), stream)
            yield said
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for stream, copy in zip((1, 2), kept, strict=True):
                os.dup2(copy, stream)
                os.close(copy)
            logging.getLogger().removeHandler(handler)
            printed.seek(0)
            said.write(printed.read(2**20).decode(errors="replace"))


def _leaks(text: str) -> bool:
    return any(secret in text.lower() for secret in SECRETS)


def _where(text: str, said: str) -> str:
    """Return where a secret appears: in the error message, in its causes, or in the output of a library."""
    if _leaks(said):
        return "said by a library"
    return "the error's words" if _leaks(text.split("\n")[0]) else "behind the error"


def _reset_peak() -> int:
    """Reset the recorded peak of memory; return the memory in use."""
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
