"""Memory and processor time of a program and all its child processes, sampled from /proc."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen

__all__ = ["Sample", "run_watched"]

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sample:
    """
    A sample of a run.

    Attributes
    ----------
    seconds : float
        Since the start of the run.
    done : int
        Amount of work done.
    memory_mb : float
        Memory of all processes, shared pages counted once (proportional set size).
    largest_mb : float
        Memory of the largest process.
    processes : int
        Number of processes.
    cpu_seconds : float
        Processor time of all processes so far, including ended ones.
    root_cpu_seconds : float
        Processor time of the program itself.
    """

    seconds: float
    done: int
    memory_mb: float
    largest_mb: float
    processes: int
    cpu_seconds: float
    root_cpu_seconds: float


def run_watched(
    command: Sequence[str], done: Callable[[], int], every: float, environment: Mapping[str, str]
) -> tuple[int, list[Sample]]:
    """
    Run a program and sample it at intervals.

    Parameters
    ----------
    command : sequence of str
        The program and its arguments.
    done : callable
        Returns the amount of work done.
    every : float
        Seconds between samples.
    environment : mapping of str to str
        Environment variables.

    Returns
    -------
    int
        Its exit status.
    list of Sample
        The samples.
    """
    started = time.perf_counter()
    process = Popen(command, stdout=DEVNULL, env=dict(environment))
    taken: dict[int, float] = {}
    samples = []
    while process.poll() is None:
        memory = _look(process.pid, taken)
        used = {"memory_mb": sum(memory), "largest_mb": max(memory, default=0.0), "processes": len(memory)}
        spent = {"cpu_seconds": sum(taken.values()), "root_cpu_seconds": taken.get(process.pid, 0.0)}
        samples.append(Sample(time.perf_counter() - started, done(), **used, **spent))
        time.sleep(every)
    return process.returncode, samples


def _look(root: int, taken: dict[int, float]) -> list[float]:
    """Return the memory of each process of a tree in MB; update the processor time of each in `taken`."""
    found = {int(path.name): fields for path in Path("/proc").glob("[0-9]*") if (fields := _stat(path))}
    below, memory = {root}, []
    for _ in range(8):
        below |= {process for process, fields in found.items() if int(fields[1]) in below}
    for process in below & found.keys():
        taken[process] = (int(found[process][11]) + int(found[process][12])) / _TICK
        memory.append(_memory(Path(f"/proc/{process}"), int(found[process][21])))
    return memory


def _stat(process: Path) -> list[str] | None:
    """Return the fields of a process from its state on (proc(5)), None if it has ended."""
    # The name, in parentheses, may contain any character.
    content = _read(process / "stat")
    return content.rpartition(")")[2].split() if content else None


def _memory(process: Path, resident_pages: int) -> float:
    """Return a process's proportional set size in MB; its resident size where the kernel does not report shares."""
    shares = [line.split()[1] for line in _read(process / "smaps_rollup").splitlines() if line.startswith("Pss:")]
    return int(shares[0]) / 1024 if shares else resident_pages * _PAGE / 2**20


def _read(path: Path) -> str:
    """Return the content of a file in /proc, "" once its process has ended."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""
