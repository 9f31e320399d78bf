"""Write an evaluation's means to TensorBoard."""

from ignite.distributed import one_rank_only
from ignite.engine import Engine, Events
from torch.utils.tensorboard import SummaryWriter

__all__ = ["TableScalars"]


class TableScalars:
    """
    Write the mean of every metric, by structure and by site, to TensorBoard.

    Tags read ``validation/dice`` over all films and structures, ``validation/dice/both lungs`` over all films, and
    ``validation sites/dice/both lungs/montgomery``.

    Parameters
    ----------
    summary_writer : torch.utils.tensorboard.SummaryWriter
        Where to write.
    section : str
        First part of the tags: "validation", "test".
    """

    def __init__(self, summary_writer: SummaryWriter, section: str) -> None:
        self.summary_writer = summary_writer
        self.section = section

    def attach(self, evaluator: Engine) -> None:
        """Attach to the evaluator, after :py:class:`FilmTable`."""
        evaluator.add_event_handler(Events.COMPLETED, self)

    @one_rank_only()
    def __call__(self, evaluator: Engine) -> None:
        """Write the evaluation just completed."""
        step = evaluator.state.epoch
        for metric, value in evaluator.state.metrics.items():
            self.summary_writer.add_scalar(f"{self.section}/{metric}", value, step)
        table = evaluator.state.film_table.query("unit != 'mm'")
        for (metric, structure), value in table.groupby(["metric", "structure"])["value"].mean().items():
            self.summary_writer.add_scalar(f"{self.section}/{metric}/{structure}", value, step)
        for (metric, structure, site), value in table.groupby(["metric", "structure", "site"])["value"].mean().items():
            self.summary_writer.add_scalar(f"{self.section} sites/{metric}/{structure}/{site}", value, step)
        self.summary_writer.flush()
