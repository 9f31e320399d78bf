"""Bar charts of the times of candidates and stages."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from chestxr.utils.atomic import atomic_write

__all__ = ["plot_candidates", "plot_stages"]

_OWN, _OTHER = "#0072b2", "#999999"
_STAGES = ("#e69f00", "#56b4e9", "#0072b2", "#009e73", "#f0e442", "#d55e00", "#cc79a7", "#555555", "#bbbbbb")
# Bars shorter than this fraction of the longest bar have no room for a number.
_NARROW = 0.03


def plot_candidates(path: Path, taken: Mapping[str, Mapping[str, float]], labels: Mapping[str, str], axis: str) -> None:
    """
    Plot medians with quartiles on a log axis, the fastest on top; this project's own are highlighted.

    Parameters
    ----------
    path : pathlib.Path
        PNG file to write.
    taken : mapping of str to mapping
        ``median``, ``q25`` and ``q75`` by candidate.
    labels : mapping of str to str
        Labels of the candidates.
    axis : str
        Label of the axis.
    """
    names = sorted(taken, key=lambda name: taken[name]["median"], reverse=True)
    figure = Figure(figsize=(8, 0.5 + 0.45 * len(names)), layout="constrained")
    axes = figure.subplots()
    medians = [taken[name]["median"] for name in names]
    for place, (name, median) in enumerate(zip(names, medians, strict=True)):
        colour = _OWN if name.startswith("bundle") else _OTHER
        low, high = (taken[name][quartile] for quartile in ("q25", "q75"))
        axes.plot([low, high], [place, place], color=colour, linewidth=3)
        axes.plot(median, place, "o", color=colour, markersize=9)
        text = f"{median:,.1f}" if median < 100 else f"{median:,.0f}"
        axes.annotate(text, (high, place), (9, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(names)), [labels[name] for name in names])
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.xaxis.set_minor_formatter("")
    axes.set_xlim(min(medians) / 1.5, max(medians) * 2)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlabel(axis)
    axes.spines[["top", "right"]].set_visible(False)
    with atomic_write(path) as partial:
        figure.savefig(partial, dpi=120)


def plot_stages(path: Path, kinds: Mapping[str, Mapping[str, Mapping]]) -> None:
    """
    Plot the stages of a film as stacked bars, one bar per kind of film, with the floor as a thin bar below.

    Parameters
    ----------
    path : pathlib.Path
        PNG file to write.
    kinds : mapping of str to mapping
        ``stages_ms_per_film`` and ``ms_per_film`` by kind, as tools/benchmarks/stages.py writes them.
    """
    figure = Figure(figsize=(9, 1.2 + 0.9 * len(kinds)), layout="constrained")
    axes = figure.subplots()
    places = range(len(kinds))[::-1]
    reached = np.zeros(len(kinds))
    for stage, colour in zip(next(iter(kinds.values()))["stages_ms_per_film"], _STAGES, strict=True):
        widths = np.array([kind["stages_ms_per_film"][stage]["median"] for kind in kinds.values()])
        bars = axes.barh(places, widths, 0.5, reached, color=colour, label=stage)
        texts = [f"{width:.0f}" if width > _NARROW * _longest(kinds) else "" for width in widths]
        axes.bar_label(bars, texts, label_type="center", color="white", fontsize=8)
        reached += widths
    floors = [kind["ms_per_film"]["floor"]["median"] for kind in kinds.values()]
    axes.barh([place - 0.34 for place in places], floors, 0.12, color=_OTHER, label="baseline")
    for place, end, kind in zip(places, reached, kinds.values(), strict=True):
        axes.text(end, place, f"  {kind['films_per_second_per_core']:.1f} films/s", va="center")
    axes.set_yticks(places, list(kinds))
    axes.set_xlim(right=_longest(kinds) * 1.15)
    axes.set_xlabel("ms per film on one core, from DICOM to mask, SEG, SR and table row")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=5, frameon=False)
    with atomic_write(path) as partial:
        figure.savefig(partial, dpi=120)


def _longest(kinds: Mapping[str, Mapping[str, Mapping]]) -> float:
    return max(kind["ms_per_film"]["bundle"]["median"] for kind in kinds.values())
