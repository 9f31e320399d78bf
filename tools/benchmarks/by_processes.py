"""Speed-up by several processes, and its upper limit on this machine."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

__all__ = ["control_steps", "speed_up_by_processes"]

# About a third of a second, as long as extracting a film's features.
_ADDITIONS = 8_000_000


def speed_up_by_processes(
    work: Mapping[str, Callable[[int], Iterator]], counts: Sequence[int], steps: int
) -> dict[str, dict[str, float]]:
    """
    Time workloads on different numbers of processes, alternating between them.

    Parameters
    ----------
    work : mapping of str to callable
        By name, a function from the number of processes to an iterator over `steps` completed steps.
    counts : sequence of int
        Numbers of processes; the first is the reference.
    steps : int
        Number of steps that each iterator yields, more than there are processes.

    Returns
    -------
    dict of str to dict of str to float
        By name and number of processes: steps per second relative to the first number of processes.
    """
    rates = {name: {} for name in work}
    for count in counts:
        for name, start in work.items():
            done = start(count)
            # Start-up is excluded: timing starts with the first completed steps.
            for _ in range(count):
                next(done)
            started = time.perf_counter()
            left = sum(1 for _ in done)
            if left != steps - count:
                raise ValueError(f"{name}: {left + count} steps were done; expected {steps}")
            rates[name][count] = left / (time.perf_counter() - started)
    return {
        name: {str(count): round(rate / found[counts[0]], 2) for count, rate in found.items()}
        for name, found in rates.items()
    }


def control_steps(steps: int, processes: int) -> Iterator[int]:
    """
    Yield additions as a control workload, limited by the processor's cores alone, not by memory or other processes.

    Where cores are hyper-threads of one core, or clock lower under load, its speed-up falls short of the number of
    processes, and so does that of every other workload.
    """
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for job in as_completed([pool.submit(_add) for _ in range(steps)]):
            yield job.result()


def _add() -> int:
    return sum(number * number for number in range(_ADDITIONS))
