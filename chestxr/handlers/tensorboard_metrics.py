"""Write mean metrics of an evaluation to TensorBoard."""

from typing import Any

import pandas as pd
from ignite.distributed import one_rank_only
from ignite.engine import Engine, Events
from torch.utils.tensorboard import SummaryWriter

from .markdown_table import markdown_table

__all__ = ["TensorBoardMetrics"]

_DISTANCE = "hd95"
_MOST_SITES = 4


class TensorBoardMetrics:
    """
    Write the metrics of an evaluation to TensorBoard: a few scalars, and the full table as text.

    The scalars are ``loss/<section>``; of the key metric, ``dice/<section> mean`` over films and structures,
    ``dice/<section> <structure>`` and, for the four sites with the most films, ``sites/<section> dice, <site>`` of the
    first structure; and ``surface distance/<section> hd95, <structure>, px``. The text ``<section>/table`` contains the
    mean of every metric, structure and site.

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
        """Attach to the evaluator, after :py:class:`PerImageMetrics`; its metrics contain ``loss``."""
        evaluator.add_event_handler(Events.COMPLETED, self)

    @one_rank_only()
    def __call__(self, evaluator: Engine) -> None:
        """Write the completed evaluation."""
        key, step, metrics = evaluator.state.key_metric_name, evaluator.state.epoch, evaluator.state.metrics
        table = evaluator.state.film_table
        scalars = {f"loss/{self.section}": metrics["loss"], f"{key}/{self.section} mean": metrics[key]}
        scalars |= {f"{key}/{self.section} {name}": mean for name, mean in _means(table, key, "structure").items()}
        scalars |= {f"sites/{self.section} {key}, {name}": mean for name, mean in _means_by_site(table, key).items()}
        distances = _means(table[table["unit"] == "px"], _DISTANCE, "structure")
        for name, mean in distances.items():
            scalars[f"surface distance/{self.section} {_DISTANCE}, {name}, px"] = mean
        for tag, value in scalars.items():
            self.summary_writer.add_scalar(tag, value, step)
        self.summary_writer.add_text(f"{self.section}/table", _as_text(table), step)
        self.summary_writer.flush()


def _means(table: pd.DataFrame, metric: str, by: str) -> pd.Series:
    return table[table["metric"] == metric].groupby(by, sort=False)["value"].mean()


def _means_by_site(table: pd.DataFrame, metric: str) -> pd.Series:
    """Return the means of the first structure for the sites with the most films."""
    whole = table[(table["metric"] == metric) & (table["structure"] == table["structure"].iloc[0])]
    return _means(whole, metric, "site")[whole["site"].value_counts().index[:_MOST_SITES]]


def _as_text(table: pd.DataFrame) -> str:
    """Return the means in Markdown: one row per metric and structure, one column per site."""
    lines = ["metric", "unit", "structure"]
    means = table.groupby(lines, sort=False)["value"].mean().to_frame("all")
    means = means.join(table.groupby([*lines, "site"])["value"].mean().unstack("site"))
    films = table.groupby("site")["film"].nunique()
    heading = [*lines, f"all, n = {films.sum()}", *(f"{site}, n = {films[site]}" for site in means.columns[1:])]
    rows = [[*names, *(f"{value:.4g}" for value in values)] for names, *values in means.itertuples()]
    return markdown_table(heading, rows)
