"""What scores are worth, as a picture beside the results and for TensorBoard."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from matplotlib.figure import Figure
from torch.utils.tensorboard import SummaryWriter

from chestxr.utils.atomic import atomic_write

__all__ = ["log_evaluation"]


def log_evaluation(figure: Figure, rows: Iterable[Mapping], picture: Path, summary_writer: SummaryWriter) -> None:
    """
    Write a plot to a file, and the plot and the measured values to TensorBoard.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        As `chestxr.visualize.score_plots.plot_scores` draws it.
    rows : iterable of mapping
        Measured values: ``site``, ``metric``, ``value``; the scalars are named ``screening/<metric>/<site>``.
    picture : pathlib.Path
        File to write; TensorBoard shows the plot as ``screening/<name of the file>``.
    summary_writer : torch.utils.tensorboard.SummaryWriter
        Where scalars and plot go.
    """
    with atomic_write(picture) as partial:
        figure.savefig(partial, dpi=110)
    summary_writer.add_figure(f"screening/{picture.stem}", figure)
    for row in rows:
        summary_writer.add_scalar(f"screening/{row['metric']}/{row['site']}", row["value"])
    summary_writer.flush()
