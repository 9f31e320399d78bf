"""Time candidates alternately on the same films, so that ratios are robust against drift of the machine's speed."""

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from tqdm import tqdm

__all__ = ["ms_per_film", "ratios", "spread"]


def ms_per_film(
    candidates: Mapping[str, Callable[[Sequence], object]], films: Sequence, chunk: int
) -> dict[str, np.ndarray]:
    """
    Time each candidate on each chunk of films in turn, after a warm-up on the first chunk.

    Parameters
    ----------
    candidates : mapping of str to callable
        Functions that take a sequence of films.
    films : sequence
        The films; an incomplete last chunk is not used.
    chunk : int
        Films per call.

    Returns
    -------
    dict of str to numpy.ndarray, shape (chunks,)
        Milliseconds per film.
    """
    if len(films) < chunk:
        raise ValueError(f"{len(films)} films; expected {chunk} or more")
    chunks = [films[start : start + chunk] for start in range(0, len(films) - chunk + 1, chunk)]
    for run in candidates.values():
        run(chunks[0])
    taken = {name: [] for name in candidates}
    for some in tqdm(chunks, "timing", unit="chunk"):
        for name, run in candidates.items():
            started = time.perf_counter()
            run(some)
            taken[name].append((time.perf_counter() - started) / len(some) * 1000)
    return {name: np.array(values) for name, values in taken.items()}


def spread(values: np.ndarray, digits: int = 2) -> dict[str, float]:
    """Return median and quartiles."""
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75))
    return {name: round(float(value), digits) for name, value in (("median", median), ("q25", low), ("q75", high))}


def ratios(taken: Mapping[str, np.ndarray], over: str) -> dict[str, dict[str, float]]:
    """Return each candidate's time relative to another's, chunk by chunk."""
    return {name: spread(values / taken[over], 3) for name, values in taken.items() if name != over}
