"""The plots show the decisions at the chosen threshold."""

import numpy as np

from chestxr.metrics.thresholds import threshold_table
from chestxr.visualize.threshold_plots import plot_thresholds

LABELS = np.array([0, 0, 0, 1, 1, 1])
SCORES = np.array([0.1, 0.3, 0.5, 0.4, 0.7, 0.9])


def test_point_of_the_roc_is_that_of_a_threshold_between_two_scores():
    figure = plot_thresholds(threshold_table(LABELS, SCORES, 0.5), LABELS, SCORES, 0.6, (0.4, 0.7))
    (point,) = [line for line in figure.axes[1].lines if line.get_marker() == "o"]
    assert point.get_xdata()[0] == 0 and point.get_ydata()[0] == 2 / 3
