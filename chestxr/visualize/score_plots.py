"""Evaluation plots of a classifier: ROC, precision and recall, calibration, confusion matrix."""

import numpy as np
from matplotlib.figure import Figure
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import ConfusionMatrixDisplay, PrecisionRecallDisplay, RocCurveDisplay

__all__ = ["plot_scores"]


def plot_scores(labels: np.ndarray, probabilities: np.ndarray, threshold: float, name: str) -> Figure:
    """
    Plot ROC, precision and recall, calibration and confusion matrix.

    Parameters
    ----------
    labels : numpy.ndarray, shape (films,)
        1 tuberculosis, 0 not.
    probabilities : numpy.ndarray, shape (films,)
        Calibrated probabilities.
    threshold : float
        Films at or above it are predicted positive.
    name : str
        Name of the films, for the title.

    Returns
    -------
    matplotlib.figure.Figure
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    figure = Figure(figsize=(11, 10), layout="constrained")
    figure.suptitle(f"{name}: {len(labels)} films, {int(labels.sum())} with tuberculosis. Research use only.")
    roc, recall, calibration, confusion = figure.subplots(2, 2).flat
    RocCurveDisplay.from_predictions(labels, probabilities, ax=roc, plot_chance_level=True, name="films")
    positive = probabilities >= threshold
    roc.plot(positive[labels == 0].mean(), positive[labels == 1].mean(), "o", label=f"threshold {threshold:.2f}")
    PrecisionRecallDisplay.from_predictions(labels, probabilities, ax=recall, plot_chance_level=True, name="films")
    CalibrationDisplay.from_predictions(
        labels, probabilities, ax=calibration, n_bins=8, strategy="quantile", name="films"
    )
    ConfusionMatrixDisplay.from_predictions(
        labels,
        positive.astype(int),
        ax=confusion,
        display_labels=["normal", "tuberculosis"],
        colorbar=False,
        cmap="Blues",
    )
    for axes, title in ((roc, "ROC"), (recall, "Precision and recall"), (calibration, "Calibration")):
        axes.set(title=title, xlim=(0, 1), ylim=(0, 1.02))
        axes.legend(loc="lower right" if axes is not recall else "lower left")
    confusion.set(title=f"Decisions at the threshold {threshold:.2f}")
    return figure
