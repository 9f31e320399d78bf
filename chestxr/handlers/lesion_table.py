"""Tables of lesion evidence and marks."""

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path

import pandas as pd
from ignite.engine import Engine, Events

from chestxr.utils.csv import write_csv
from chestxr.utils.errors import FilmError
from chestxr.utils.lesion_mark import LesionMark

from .screening_row import failed_row

__all__ = ["LesionTable", "marks_table"]


class LesionTable:
    """
    Write ``films.csv``, one row per film with its lesion evidence, and ``marks.csv``, one row per mark.

    Parameters
    ----------
    output_dir : str or os.PathLike
        Folder to write to.
    unreadable : sequence of FilmError, optional
        Films skipped while loading; read when inference ends. Their rows have the status "failed" and the reason.
    """

    def __init__(self, output_dir: str | PathLike, unreadable: Sequence[FilmError] = ()) -> None:
        self.output_dir = Path(output_dir)
        self.unreadable = unreadable
        self._films: list[dict] = []
        self._marks: list[tuple[str, list[LesionMark]]] = []

    def attach(self, evaluator: Engine) -> None:
        """Attach to an evaluator whose items contain ``marks`` and ``lesion_evidence``."""
        evaluator.add_event_handler(Events.STARTED, self._start)
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self._record_films)
        evaluator.add_event_handler(Events.COMPLETED, self._write)

    def _start(self, evaluator: Engine) -> None:
        self._films, self._marks = [], []

    def _record_films(self, evaluator: Engine) -> None:
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            evidence = result["lesion_evidence"]
            found = {"status": "ok", "reason": ""} if evidence else {"status": "warning", "reason": "no lungs found"}
            row = {"film": source["film"], "image": source["image"].meta["filename_or_obj"]}
            self._films.append(row | found | evidence)
            self._marks.append((source["film"], result["marks"]))

    def _write(self, evaluator: Engine) -> None:
        films = pd.DataFrame([*self._films, *map(failed_row, self.unreadable)])
        write_csv(self.output_dir / "films.csv", films, "%.6g")
        write_csv(self.output_dir / "marks.csv", marks_table(self._marks), "%.6g")


def marks_table(films: Iterable[tuple[str, Sequence[LesionMark]]]) -> pd.DataFrame:
    """Return the marks of films as a table, one row per mark: film, x, y, probability, zone."""
    rows = [{"film": film} | mark._asdict() for film, marks in films for mark in marks]
    return pd.DataFrame(rows, columns=["film", *LesionMark._fields])
