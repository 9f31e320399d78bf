"""Titles of the four evaluation plots."""

import numpy as np

from chestxr.visualize.score_plots import plot_scores


def test_titles_of_the_plots(tmp_path):
    labels = np.tile([0, 1], 40)
    probabilities = np.clip(0.3 + 0.4 * labels + np.random.default_rng(0).normal(0, 0.2, 80), 0, 1)
    figure = plot_scores(labels, probabilities, 0.5, "films")
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["ROC", "Precision and recall", "Calibration", "Decisions at the threshold 0.50"]
    assert "80 films, 40 with tuberculosis. Research use only." in figure.get_suptitle()
    figure.savefig(tmp_path / "scores.png")
