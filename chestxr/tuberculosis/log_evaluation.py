"""Evaluation plots and TensorBoard logging."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from matplotlib.figure import Figure
from torch.utils.tensorboard import SummaryWriter

from chestxr.utils.atomic import atomic_write

__all__ = ["log_evaluation"]


def log_evaluation(figure: Figure, rows: Iterable[Mapping], picture: Path, summary_writer: SummaryWriter) -> None:
    """
    Save a plot to a file, and log the plot and the metrics to TensorBoard.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Plot, as drawn by `chestxr.visualize.score_plots.plot_scores`.
    rows : iterable of mapping
        Metrics with ``site``, ``metric`` and ``value``; the scalars are named ``screening/<metric>/<site>``.
    picture : pathlib.Path
        Image file to write; the tag of the plot is ``screening/<stem of the file>``.
    summary_writer : torch.utils.tensorboard.SummaryWriter
        TensorBoard writer.
    """
    with atomic_write(picture) as partial:
        figure.savefig(partial, dpi=110)
    summary_writer.add_figure(f"screening/{picture.stem}", figure)
    for row in rows:
        summary_writer.add_scalar(f"screening/{row['metric']}/{row['site']}", row["value"])
    summary_writer.flush()
