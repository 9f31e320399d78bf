"""Bars of what candidates take."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from chestxr.io import whole_file

__all__ = ["plot_bars"]

_OWN, _OTHER = "#0072b2", "#999999"


def plot_bars(path: Path, taken: Mapping[str, Mapping[str, float]], labels: Mapping[str, str], axis: str) -> None:
    """
    Draw medians with quartiles, the fastest on top; what is this project's own stands out.

    Parameters
    ----------
    path : pathlib.Path
        Picture to write.
    taken : mapping of str to mapping
        ``median``, ``q25`` and ``q75`` by candidate.
    labels : mapping of str to str
        Words for the candidates.
    axis : str
        Words for the axis.
    """
    names = sorted(taken, key=lambda name: taken[name]["median"], reverse=True)
    figure = Figure(figsize=(8, 0.5 + 0.45 * len(names)), layout="constrained")
    axes = figure.subplots()
    medians = [taken[name]["median"] for name in names]
    around = [
        [max(median - taken[name]["q25"], 0) for name, median in zip(names, medians, strict=True)],
        [max(taken[name]["q75"] - median, 0) for name, median in zip(names, medians, strict=True)],
    ]
    colours = [_OWN if name.startswith("bundle") else _OTHER for name in names]
    bars = axes.barh([labels[name] for name in names], medians, xerr=around, color=colours)
    axes.bar_label(bars, [f"{median:.3g}" for median in medians], padding=6)
    axes.set_xscale("log")
    axes.set_xlim(right=max(medians) * 2)
    axes.set_xlabel(axis)
    axes.spines[["top", "right"]].set_visible(False)
    with whole_file(path) as partial:
        figure.savefig(partial, dpi=120)
