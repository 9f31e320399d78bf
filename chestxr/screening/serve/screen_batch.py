"""Screen a batch as ``chestxr screen`` does a folder, under the names of the dropped files."""

from dataclasses import replace
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
    _write_report(batch, run, manifest)
    batch.counts = manifest["films"]


def _write_names(batch: Batch) -> None:
    """Write the names of the dropped files to the table, instead of their paths on this machine."""
    table = pd.read_parquet(batch.results / "screening.parquet")
    table["image"] = [batch.films[key].name for key in table["film"]]
    write_screening_table(table, batch.results)


def _write_report(batch: Batch, run: ScreeningRun, manifest: dict) -> None:
    labels = {film.key: film.label for film in batch.films.values()}
    records = {key: replace(record, row=record.row | {"film": labels[key]}) for key, record in run.records().items()}
    # Preview images are found by key; a film without a record has none.
    items = [{"film": key if key in records else label} for key, label in labels.items()]
    failures = {labels[key]: error for key, error in run.failures.items()}
    write_page(batch.results / "report.html", items, records, failures, manifest)
