"""Plots of Dice, scores and warnings by strength of the degradation."""

from matplotlib.figure import Figure

from tools.experiments.robustness_films import PERTURBATIONS, UNTOUCHED

__all__ = ["draw_robustness"]

_COLUMNS = 4
# Okabe and Ito's palette, safe for colour-blind readers; markers and lines differ too.
_LINES = {
    "dice": ("Dice", {"color": "#0072B2", "marker": "o", "linestyle": "-"}),
    "auc": ("AUC", {"color": "#D55E00", "marker": "D", "linestyle": "--"}),
    "sensitivity at threshold": ("sensitivity", {"color": "#009E73", "marker": "^", "linestyle": ":"}),
    "specificity at threshold": ("specificity", {"color": "#CC79A7", "marker": "v", "linestyle": "-."}),
    "flagged": ("segmentation flagged", {"color": "#666666", "marker": "s", "linestyle": "-", "linewidth": 1}),
    "wrong in silence": ("wrong without a warning", {"color": "black", "marker": "x", "linestyle": "none"}),
}
_SHIFT = 0.09
_BARS = {
    "refused": ("no score", {"color": "#AAAAAA"}),
    "warned of": ("score with a warning", {"color": "#E6E6E6"}),
}


def draw_robustness(rows: list[dict]) -> Figure:
    """
    Draw small multiples, one per degradation, from the rows of robustness.json.

    Strengths are in ascending order, untouched films first; whiskers are 95% intervals. Stacked bars, and "wrong
    without a warning", are fractions of the films that were scored. AUC, sensitivity and specificity are those of the
    films that got a score, at the shipped threshold.
    """
    found = {(row["perturbation"], row["strength"], row["metric"]): row for row in rows if row["site"] == "all"}
    lines = -(-len(PERTURBATIONS) // _COLUMNS)
    figure = Figure(figsize=(15, 3.6 * lines + 0.9), layout="constrained")
    panels = figure.subplots(lines, _COLUMNS, sharey=True)
    for axes, name in zip(panels.flat, PERTURBATIONS, strict=False):
        _draw(axes, name, found)
    for axes in panels[:, 0]:
        axes.set_ylabel("Dice, AUC, fractions")
    handles, labels = panels.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=12)
    figure.suptitle("Degraded test films: segmentation, scores and warnings. Research use only.", fontsize=14)
    return figure


def _draw(axes, name: str, found: dict[tuple, dict]) -> None:
    steps = [(UNTOUCHED, 0), *((name, strength) for strength in PERTURBATIONS[name].strengths)]
    scored = [x for x, step in enumerate(steps) if (*step, "refused") in found]
    bottom = [0.0] * len(scored)
    for metric, (label, look) in _BARS.items():
        heights = [found[(*steps[x], metric)]["value"] for x in scored]
        axes.bar(scored, heights, 0.8, bottom, label=label, zorder=1, **look)
        bottom = [below + height for below, height in zip(bottom, heights, strict=True)]
    for place, (metric, (label, look)) in enumerate(_LINES.items()):
        measured = [(x, found[(*step, metric)]) for x, step in enumerate(steps) if (*step, metric) in found]
        below, above = (
            [abs(row[end] - row["value"]) if end in row else 0 for _, row in measured] for end in ("low", "high")
        )
        places = [x + (place - len(_LINES) // 2) * _SHIFT for x, _ in measured]
        values = [row["value"] for _, row in measured]
        axes.errorbar(places, values, (below, above), label=label, capsize=2, markersize=5, zorder=2, **look)
    labels = ["none", *(f"{strength:g}" for _, strength in steps[1:])] if len(steps) > 2 else ["no", "yes"]
    axes.set(title=name, xticks=range(len(steps)), xticklabels=labels)
    axes.set(xlim=(-0.6, len(steps) - 0.4), ylim=(-0.03, 1.04))
    axes.set_xlabel(PERTURBATIONS[name].unit)
    axes.grid(axis="y", color="#EEEEEE", zorder=0)
    axes.set_axisbelow(True)
