"""Table of tuberculosis scores, one row per film, with model hashes and package versions."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import pandas as pd
from ignite.engine import Engine, Events

from chestxr.utils.atomic import atomic_write
from chestxr.utils.errors import FilmError

from .screening_row import failed_row, models_about, screening_row
from .screening_table import write_screening_table

__all__ = ["ScreeningResults"]


class ScreeningResults:
    """
    Write ``screening.csv`` and ``screening.parquet`` when inference ends, and optionally the features.

    A row contains film, image, status ("ok", "warning", "no score", "failed"), reason, score, probability with its 95%
    interval, decision, reasons, threshold, marks, the lungs' measurements, the versions, and the models' hashes.
    Research use only.

    Parameters
    ----------
    output_dir : str or os.PathLike
        Folder to write to.
    models : dict of str to path
        Model files by name; their SHA-256 are written to the columns ``<name>_sha256``.
    unreadable : sequence of FilmError, optional
        Films skipped while loading; read when inference ends.
    save_features : bool, optional
        Also write ``features.parquet``, in the format of ``chestxr features``.
    settings_hash : str, optional
        Hash of the feature settings.
    """

    def __init__(
        self,
        output_dir: str | PathLike,
        models: dict[str, str | PathLike],
        unreadable: Sequence[FilmError] = (),
        save_features: bool = False,
        settings_hash: str = "",
    ) -> None:
        self.output_dir = Path(output_dir)
        self.models = models
        self.unreadable = unreadable
        self.save_features = save_features
        self.settings_hash = settings_hash
        self._about: dict[str, str] = {}
        self._rows: list[dict] = []
        self._features: list[dict] = []

    def attach(self, evaluator: Engine) -> None:
        """Attach to an evaluator whose items contain ``screening``, the output of ScreenTuberculosisd."""
        evaluator.add_event_handler(Events.STARTED, self._start)
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self._record_films)
        evaluator.add_event_handler(Events.COMPLETED, self._write)

    def _start(self, evaluator: Engine) -> None:
        self._about = models_about(self.models)
        self._rows, self._features = [], []

    def _record_films(self, evaluator: Engine) -> None:
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            row = screening_row(source, result)
            self._rows.append(row | self._about)
            measured = {"settings_hash": self.settings_hash, "error": result["screening"]["no_score"]}
            values = result["features"] | result["lesion_evidence"]
            self._features.append({name: row[name] for name in ("film", "image")} | measured | values)

    def _write(self, evaluator: Engine) -> None:
        table = pd.DataFrame([*self._rows, *map(failed_row, self.unreadable)])
        write_screening_table(table, self.output_dir)
        if self.save_features:
            with atomic_write(self.output_dir / "features.parquet") as partial:
                pd.DataFrame(self._features).to_parquet(partial, index=False)
