"""Screen a batch as ``chestxr screen`` does a folder, under the names of the dropped files."""

from pathlib import Path
from typing import Any

import pandas as pd

from chestxr.handlers.screening_results import write_screening_table
from chestxr.screening.html.page import write_page
from chestxr.screening.local.run import ScreeningRun

from .batch import Batch

__all__ = ["screen_batch"]


def screen_batch(batch: Batch, bundle: Path, processes: int, overrides: dict[str, Any]) -> None:
    """
    Screen a batch and write its table, manifest and report.

    Result files have the keys of the films, the table and the report also the names of the dropped files.

    Parameters
    ----------
    batch : Batch
        The batch. Its ``done`` counts the films while they are screened, and ``counts`` is set at the end.
    bundle : pathlib.Path
        Folder of the screening bundle.
    processes : int
        Number of worker processes.
    overrides : dict
        Entries of the bundle's inference.json that differ.

    Raises
    ------
    OSError, ValueError
        As :py:class:`chestxr.screening.local.run.ScreeningRun` does.
    """
    run = ScreeningRun(batch.items(), batch.results, bundle, processes, save_dicom=True, **overrides)
    batch.done = run.done_before
    try:
        for _ in run:
            batch.count_done()
            if batch.stopping.is_set():
                break
    finally:
        run.close()
    run.failures |= {film.key: film.error for film in batch.films.values() if film.error}
    manifest = run.finish()
    _write_names(batch)
    labels = {film.key: film.label for film in batch.films.values()}
    write_page(batch.results / "report.html", run.items, run.records(), run.failures, manifest, labels)
    batch.counts = manifest["films"]


def _write_names(batch: Batch) -> None:
    """Write the names of the dropped files to the table, instead of their paths on this machine."""
    table = pd.read_parquet(batch.results / "screening.parquet")
    table["image"] = [batch.films[key].name for key in table["film"]]
    write_screening_table(table, batch.results)
