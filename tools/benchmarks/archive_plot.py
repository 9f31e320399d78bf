"""Plot of archive runs over time."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from chestxr.utils.atomic import atomic_write

__all__ = ["plot_runs"]

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
_LINES = {"archive": "-", "screen": ":"}


def plot_runs(path: Path, runs: Sequence[dict]) -> None:
    """
    Plot films done and memory over time, with a colour for each number of workers.

    Parameters
    ----------
    path : pathlib.Path
        PNG file to write.
    runs : sequence of dict
        ``program``, ``workers``, and ``series`` of seconds, films done and memory in MB.
    """
    figure = Figure(figsize=(8, 6), layout="constrained")
    films, memory = figure.subplots(2, sharex=True)
    colours = dict(zip(sorted({run["workers"] for run in runs}), _COLOURS, strict=False))
    for run in runs:
        seconds, done, used = np.array(run["series"]).T
        style = {"color": colours[run["workers"]], "linestyle": _LINES[run["program"]]}
        films.plot(seconds / 60, done, label=f"chestxr {run['program']}, workers: {run['workers']}", **style)
        memory.plot(seconds / 60, used / 1024, **style)
    films.set_ylabel("films done")
    films.legend(frameon=False)
    memory.set_ylabel("memory of all processes, GB")
    memory.set_ylim(bottom=0)
    memory.set_xlabel("minutes")
    for axes in (films, memory):
        axes.spines[["top", "right"]].set_visible(False)
    with atomic_write(path) as partial:
        figure.savefig(partial, dpi=120)
