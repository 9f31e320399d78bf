"""What a second process gains, and what it could gain at most on this machine."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

__all__ = ["control_steps", "speed_up_by_processes"]

# About a third of a second, as a film's features take.
_ADDITIONS = 8_000_000


def speed_up_by_processes(
    work: Mapping[str, Callable[[int], Iterator]], counts: Sequence[int], steps: int
) -> dict[str, dict[str, float]]:
    """
    Time kinds of work on some processes and on others, in turn.

    Parameters
    ----------
    work : mapping of str to callable
        By name, from the number of processes to an iterator over `steps` steps that are done.
    counts : sequence of int
        Numbers of processes; the first is what the others are compared with.
    steps : int
        How many steps each iterator gives, more than there are processes.

    Returns
    -------
    dict of str to dict of str to float
        By name and number of processes: steps a second over those on the first number.
    """
    rates = {name: {} for name in work}
    for count in counts:
        for name, start in work.items():
            done = start(count)
            # The processes' start is left out: the clock runs from the first steps that are done.
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
    Add numbers: work that needs neither memory nor other processes, so that only the processor's cores limit it.

    Where the machine's cores are threads of one core, or run slower together, this falls short of the number of
    processes, and so must everything else.
    """
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for job in as_completed([pool.submit(_add) for _ in range(steps)]):
            yield job.result()


def _add() -> int:
    return sum(number * number for number in range(_ADDITIONS))
