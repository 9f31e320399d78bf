"""Write an evaluation's metrics to TensorBoard as scalars."""

from typing import Any

from ignite.distributed import one_rank_only
from ignite.engine import Engine, Events
from torch.utils.tensorboard import SummaryWriter

__all__ = ["MetricScalars"]


class MetricScalars:
    """
    Write each metric of an evaluation to TensorBoard, for evaluations without a table of films.

    The scalars are ``loss/<section>`` and, for every other metric, ``<metric>/<section> mean``.

    Parameters
    ----------
    summary_writer : torch.utils.tensorboard.SummaryWriter or None
        The first process's writer; None in the others.
    section : str
        Evaluated section, part of the tags: "validation", "test".
    """

    def __init__(self, summary_writer: SummaryWriter | None, section: str) -> None:
        self.summary_writer: Any = summary_writer
        self.section = section

    def attach(self, evaluator: Engine) -> None:
        """Attach to the evaluator."""
        evaluator.add_event_handler(Events.COMPLETED, self)

    @one_rank_only()
    def __call__(self, evaluator: Engine) -> None:
        """Write the completed evaluation."""
        for name, value in evaluator.state.metrics.items():
            tag = f"loss/{self.section}" if name == "loss" else f"{name}/{self.section} mean"
            self.summary_writer.add_scalar(tag, value, evaluator.state.epoch)
        self.summary_writer.flush()
