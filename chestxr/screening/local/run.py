"""Resumable screening run over a folder of films."""

import statistics
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from chestxr.bundle.entry import bundle_entry
from chestxr.handlers.screening_row import failed_row
from chestxr.handlers.screening_table import write_screening_table
from chestxr.io.dicom.uid import check_uid_root
from chestxr.screening.drift import Drift
from chestxr.screening.results.key import key_of, settings_of
from chestxr.screening.results.manifest import read_manifest, write_manifest
from chestxr.screening.results.record import FilmRecord, full_size_path, preview_path, read_record
from chestxr.utils.atomic import remove_partial_files
from chestxr.utils.errors import FilmError
from chestxr.utils.provenance import sha256
from chestxr.utils.runtime import set_up_worker
from chestxr.utils.text import escape_path

if TYPE_CHECKING:
    from .pool import FilmPool

__all__ = ["ScreeningRun"]


class ScreeningRun:
    """
    Screen films into a folder.

    Iterate over it to screen the waiting films, then call :py:meth:`finish`. A film is skipped if an earlier run
    screened the same content with the same models and settings.

    Parameters
    ----------
    items : sequence of dict
        Films, as returned by :py:func:`chestxr.data.find_films`.
    out : pathlib.Path
        Folder of the results.
    bundle : pathlib.Path
        Folder of the screening bundle.
    processes : int, optional
        Number of worker processes.
    single_here : bool, optional
        Screen a single film in this process, which then computes in one thread: another process would have to import
        PyTorch and MONAI. Several films are screened by workers, so that one that ends its process ends no other.
    **overrides
        Entries of the bundle's inference.json that differ and change its results.

    Raises
    ------
    ValueError
        If the folder holds results of other films with the same names, or the UID root is invalid.
    """

    def __init__(
        self,
        items: Sequence[dict],
        out: Path,
        bundle: Path,
        processes: int = 1,
        single_here: bool = False,
        **overrides: Any,
    ) -> None:
        self.items, self.out, self.bundle = list(items), out, bundle
        self.processes, self.single_here, self.overrides = processes, single_here, overrides
        check_uid_root(bundle_entry(bundle, "uid_root", **overrides))
        self.about = settings_of(bundle, overrides, read_manifest(out))
        self.key = key_of(self.about)
        self.failures: dict[str, FilmError] = {}
        self.drift = Drift(bundle, **overrides)
        self._started = datetime.now(UTC)
        self._waiting = [item for item in self.items if not self._is_done(item)]
        self._pool: FilmPool | None = None
        self.done_before = len(self.items) - len(self._waiting)

    def __len__(self) -> int:
        """Return the number of waiting films."""
        return len(self._waiting)

    def __iter__(self) -> Iterator[FilmError | None]:
        """
        Screen the waiting films; yield None or the error of each film when it is done.

        Raises
        ------
        OSError
            If results cannot be written, for example on a full disk, or no process can be started.
        ValueError
            If the bundle cannot be opened.
        """
        if not self._waiting:
            return
        remove_partial_files(self.out)
        for item, error in self._screened():
            if error is not None:
                self.failures[item["film"]] = error
            yield error

    def _screened(self) -> Iterator[tuple[dict, FilmError | None]]:
        opening = (self.bundle, self.overrides, self.out, self.key)
        if self.single_here and len(self._waiting) == 1:
            from chestxr.screening.results.opened import open_with_records, screen_film

            set_up_worker()
            (item,) = self._waiting
            yield item, screen_film(open_with_records(*opening), item, self.out)
        else:
            from .pool import FilmPool

            self._pool = FilmPool(*opening, max(1, min(self.processes, len(self._waiting))))
            yield from self._pool.screen(self._waiting)

    def close(self) -> None:
        """Wait for the films in progress, and stop the workers."""
        if self._pool is not None:
            self._pool.close()

    def finish(self) -> dict:
        """
        Write the table of all films and the manifest.

        Returns
        -------
        dict
            The manifest: ``complete``, ``films`` (counts by status and decision), ``failed``, ``bundle``, ``settings``,
            ``versions``, ``started``, ``finished``, ``drift`` (counts, and a warning or ""), ``seconds_per_film``.
        """
        records = self.records()
        rows = [records[item["film"]].row if item["film"] in records else self._unfinished(item) for item in self.items]
        table = pd.DataFrame(rows)
        self.drift = Drift(self.bundle, **self.overrides)
        for record in records.values():
            self.drift.add(record.row["outlying_features"])
        write_screening_table(table, self.out)
        return self._write_manifest(table, records)

    def records(self) -> dict[str, FilmRecord]:
        """Return the records of finished films, by name of the film."""
        found = {item["film"]: read_record(self.out, item["film"]) for item in self.items}
        return {film: record for film, record in found.items() if record and record.key == self.key}

    def _is_done(self, item: dict) -> bool:
        record = read_record(self.out, item["film"])
        if record is None:
            return False
        if record.row["image"] != item["image"]:
            raise ValueError(
                f"{self.out}: holds results of another film under the name {item['film']}; "
                "expected an empty folder or one of the same films; choose another folder"
            )
        if record.key != self.key or record.film_sha256 != _content(item["image"]):
            return False
        folder = (self.out / item["film"]).parent
        pictures = [preview_path(self.out, item["film"]), full_size_path(self.out, item["film"])]
        return all(path.is_file() for path in [*pictures, *(folder / name for name in record.files)])

    def _unfinished(self, item: dict) -> dict[str, str]:
        if item["film"] in self.failures:
            return failed_row(self.failures[item["film"]])
        row = {"film": item["film"], "image": escape_path(item["image"]), "status": "not screened"}
        return row | {"reason": "the run was stopped; the same command goes on from here"}

    def _write_manifest(self, table: pd.DataFrame, records: dict[str, FilmRecord]) -> dict:
        seconds = [record.seconds for record in records.values()]
        statuses, decisions = (table.get(name, pd.Series()).value_counts() for name in ("status", "decision"))
        counts = {str(name): int(count) for name, count in [*statuses.items(), *decisions.items()] if name}
        return write_manifest(
            self.out,
            self.about,
            complete=len(records) + len(self.failures) == len(table),
            films={"all": len(table), "done_before": self.done_before} | counts,
            started=self._started,
            failed={film: str(error) for film, error in sorted(self.failures.items())},
            processes=self.processes,
            drift=self.drift.as_dict(),
            seconds_per_film=round(statistics.median(seconds), 2) if seconds else None,
        )


def _content(image: str) -> str:
    """Return the SHA-256 of a film, "" if it cannot be read; screening it will report the error."""
    try:
        return sha256(image)
    except OSError:
        return ""
