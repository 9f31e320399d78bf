"""Plots for choosing a threshold: sensitivity and specificity, ROC, and the scores of both classes."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

__all__ = ["plot_thresholds"]

# Vermilion and blue of Okabe and Ito's palette for colour-blind readers (jfly.uni-koeln.de/color).
_WITH, _WITHOUT = "#d55e00", "#0072b2"
_CURVES = (("sensitivity", _WITH), ("specificity", _WITHOUT))


def plot_thresholds(
    table: pd.DataFrame, labels: np.ndarray, scores: np.ndarray, threshold: float, interval: tuple[float, float]
) -> Figure:
    """
    Plot decisions by threshold.

    Parameters
    ----------
    table : pandas.DataFrame
        Decisions, as returned by :py:func:`chestxr.metrics.thresholds.threshold_table`.
    labels : numpy.ndarray, shape (films,)
        1 tuberculosis, 0 not.
    scores : numpy.ndarray, shape (films,)
        Probabilities.
    threshold : float
        The chosen threshold.
    interval : tuple of float
        Its 95% interval.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(14, 4.4), layout="constrained")
    curves, roc, histogram = figure.subplots(1, 3)
    for name, colour in _CURVES:
        curves.plot(table["threshold"], table[name], colour, drawstyle="steps-pre", label=name)
        low, high = table[f"{name}_low"], table[f"{name}_high"]
        curves.fill_between(table["threshold"], low, high, step="pre", color=colour, alpha=0.18, linewidth=0)
    curves.set(title="By threshold, with 95% intervals", xlabel="threshold of the probability", xlim=(0, 1))
    # Up to the next higher score, decisions are those at that score.
    chosen = table[table["threshold"] >= threshold].iloc[0]
    roc.plot(1 - table["specificity"], table["sensitivity"], "k", drawstyle="steps-post")
    roc.plot(1 - chosen["specificity"], chosen["sensitivity"], "o", color=_WITH, label=f"threshold {threshold:.3f}")
    roc.plot([0, 1], [0, 1], ":", color="grey")
    roc.set(title="ROC", xlabel="1 - specificity", ylabel="sensitivity", xlim=(-0.02, 1), ylim=(0, 1.02))
    bins = np.linspace(0, 1, 21)
    for value, colour, words in ((0, _WITHOUT, "without tuberculosis"), (1, _WITH, "with tuberculosis")):
        histogram.hist(scores[labels == value], bins, color=colour, alpha=0.55, label=words)
    histogram.set(title="Films by probability", xlabel="probability", ylabel="films", xlim=(0, 1))
    for axes in (curves, histogram):
        axes.axvspan(*interval, color="grey", alpha=0.2, linewidth=0)
        axes.axvline(threshold, color="black", linestyle="--", label=f"threshold {threshold:.3f}")
    for axes in (curves, roc, histogram):
        axes.legend()
    return figure
