"""Write an evaluation's per-film table and its summary."""

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd
from ignite.distributed import get_rank
from ignite.engine import Engine, Events

from chestxr.metrics.bootstrap import summarise
from chestxr.utils.atomic import write_text
from chestxr.utils.csv import write_csv
from chestxr.utils.errors import FilmError
from chestxr.utils.provenance import package_versions

from .across_processes import gather_lists

__all__ = ["EvaluationWriter"]


class EvaluationWriter:
    """
    Write ``films.csv`` (one row per film, structure and metric) and ``summary.json`` when an evaluation ends.

    The summary contains means with bootstrap 95% intervals by site, what was evaluated, the versions of the packages,
    and the failures: films that could not be read, and films in which a lung was not found.

    Parameters
    ----------
    output_dir : str or os.PathLike
        Folder to write to.
    description : mapping
        What was evaluated (model, data, split ...), copied into the summary.
    unreadable : sequence of FilmError, optional
        Films skipped while loading; read when the evaluation ends.
    """

    def __init__(
        self,
        output_dir: str | PathLike,
        description: Mapping[str, Any],
        unreadable: Sequence[FilmError] = (),
    ) -> None:
        self.output_dir = Path(output_dir)
        self.description = dict(description)
        self.unreadable = unreadable

    def attach(self, evaluator: Engine) -> None:
        """Attach to the evaluator, after :py:class:`PerImageMetrics`."""
        evaluator.add_event_handler(Events.COMPLETED, self)

    def __call__(self, evaluator: Engine) -> None:
        """Write the completed evaluation, in the first process only."""
        unreadable = gather_lists([(error.film, str(error)) for error in self.unreadable])
        if get_rank() == 0:
            self._write(evaluator.state.film_table, dict(unreadable))

    def _write(self, table: pd.DataFrame, unreadable: dict[str, str]) -> None:
        summary = self.description | {
            "rows": summarise(table),
            "failures": _failures(table, unreadable),
            "versions": package_versions(),
        }
        write_csv(self.output_dir / "films.csv", table, "%.6g")
        write_text(self.output_dir / "summary.json", json.dumps(summary, indent=2) + "\n")


def _failures(table: pd.DataFrame, unreadable: dict[str, str]) -> list[dict[str, str]]:
    """List the films without a result, with the reason."""
    missing = table[table["value"].isna()].groupby("film")["structure"].unique()
    return [
        *({"film": film, "reason": reason} for film, reason in unreadable.items()),
        *({"film": str(film), "reason": "not found: " + ", ".join(structures)} for film, structures in missing.items()),
    ]
