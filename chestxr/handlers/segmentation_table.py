"""Table of segmentation results, one row per film."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import pandas as pd
from ignite.engine import Engine, Events

from chestxr.utils.csv import write_csv
from chestxr.utils.errors import FilmError

from .screening_row import failed_row

__all__ = ["SegmentationTable"]


class SegmentationTable:
    """
    Write ``films.csv`` when inference ends: film, image, status, warnings of the quality check, measurements.

    Parameters
    ----------
    output_dir : str or os.PathLike
        Folder to write to.
    unreadable : sequence of FilmError, optional
        Films skipped while loading; read when inference ends. Their rows have the status "failed" and the reason.
    """

    def __init__(self, output_dir: str | PathLike, unreadable: Sequence[FilmError] = ()) -> None:
        self.path = Path(output_dir) / "films.csv"
        self.unreadable = unreadable
        self._rows: list[dict] = []

    def attach(self, evaluator: Engine) -> None:
        """Attach to an evaluator whose items contain ``quality``, the output of LungQualityd."""
        evaluator.add_event_handler(Events.STARTED, self._start)
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self._record_films)
        evaluator.add_event_handler(Events.COMPLETED, self._write)

    def _start(self, evaluator: Engine) -> None:
        self._rows = []

    def _record_films(self, evaluator: Engine) -> None:
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            row = {"film": source["film"], "image": result["lungs"].meta["filename_or_obj"]}
            warnings = result["quality_flags"]
            self._rows.append(row | {"status": "warning" if warnings else "ok", "reason": warnings} | result["quality"])

    def _write(self, evaluator: Engine) -> None:
        table = pd.DataFrame([*self._rows, *map(failed_row, self.unreadable)])
        write_csv(self.path, table, "%.6g")
