"""Resumable screening run over an archive."""

import os
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from chestxr.bundle.entry import bundle_entry
from chestxr.dicomweb.client import DicomWebClient
from chestxr.io.dicom.uid import check_uid_root
from chestxr.screening.drift import Drift
from chestxr.screening.results.key import key_of, settings_of
from chestxr.screening.results.manifest import read_manifest, write_manifest
from chestxr.utils.atomic import remove_partial_files
from chestxr.utils.errors import FilmError
from chestxr.utils.temporary import remove_stale_folders

from .ledger import Ledger, Quarantined
from .remote_file import FILM_FOLDERS
from .session import check_ray, ray_running
from .source import list_source, still_there
from .stages import StageSettings
from .stale_results import remove_results_of
from .task import ImageTask
from .uri import is_uri

__all__ = ["ArchiveRun"]

# Films submitted to Ray at once, enough for half an hour or more; bounds the names and rows in memory.
_TASKS_PER_CORE = 2048
# Consecutive films that fail for reasons other than the film have a common cause.
_MAX_CONSECUTIVE_FAILURES = 10
_GOES_ON = "the same command goes on from here"
_MEASURED = ("drift", "films_per_second", "seconds_per_film", "largest_carried_mb", "peak_memory_mb")


class ArchiveRun:
    """
    Screen the films of an archive on Ray.

    Iterate over it to screen the waiting films, then call :py:meth:`finish`.

    Parameters
    ----------
    source : str
        Folder, list of films, or URI of an object store.
    out : pathlib.Path
        Folder of the results, accessible from all machines of a cluster.
    bundle : pathlib.Path
        Folder of the screening bundle.
    processes : int, optional
        Number of cores on this machine; a cluster uses all its cores.
    address : str or None, optional
        Address of the Ray cluster; None for this machine.
    store : str, optional
        URL of the DICOMweb service that stores segmentations and reports; "" to keep them as files.
    batch_size : int, optional
        Films per batch of the network; 0 to choose automatically.
    block : int, optional
        Films per block; a block is the unit of completion.
    tries : int, optional
        Attempts for transient failures.
    retry_quarantined : bool, optional
        Whether to retry all failed films once more.
    **overrides
        Entries of the bundle's inference.json that differ and change its results.

    Raises
    ------
    OSError, ValueError
        If the source does not exist, or the folder holds results of another source or with other settings.
    """

    def __init__(
        self,
        source: str,
        out: Path,
        bundle: Path,
        processes: int = 1,
        address: str | None = None,
        store: str = "",
        batch_size: int = 0,
        block: int = 64,
        tries: int = 3,
        retry_quarantined: bool = False,
        **overrides: Any,
    ) -> None:
        check_ray()
        if store:
            DicomWebClient(store)
        check_uid_root(bundle_entry(bundle, "uid_root", **overrides))
        self.out = out
        self._processes, self._address, self._batch_size, self._tries = processes, address, batch_size, tries
        self.settings = settings_of(bundle, overrides)
        self._drift = Drift(bundle, **overrides)
        self._memory: dict[str, int] = {}
        self._seconds: Counter[str] = Counter()
        self._started, self._clock, self._worked, self._carried = datetime.now(UTC), 0.0, 0, 0
        self._ledger = Ledger(out)
        self._stages = StageSettings(str(bundle), tuple(overrides.items()), str(self._ledger.films), store)
        try:
            self._about = self._listed(source, block)
            self._ledger.clean()
            self._again = list(self._ledger.quarantined()) if retry_quarantined else []
        except BaseException:
            self._ledger.close()
            raise
        earlier = (read_manifest(out) or {}).get("drift", {})
        self._drift.films, self._drift.unlike = earlier.get("films", 0), earlier.get("unlike", 0)
        counts = self._ledger.counts()
        self.quarantined_before = counts["quarantined"]
        self.done_before = sum(counts[status] for status in ("ok", "warning", "no score"))
        self._succeeded = self.done_before > 0
        self.trying_again = False

    def __len__(self) -> int:
        """Return the number of films in the archive."""
        return self._about["films"]

    def __iter__(self) -> Iterator[FilmError | None]:
        """
        Screen the waiting films; yield None or the error of each film when it is done.

        Raises
        ------
        OSError
            If results cannot be written, the source is unavailable, or Ray stops.
        ValueError
            If the bundle cannot be opened.
        """
        blocks = self._ledger.waiting()
        if not (blocks or self._again or any(self._to_try_again())):
            return
        self._clock = time.perf_counter()
        try:
            with ray_running(self._address, self._processes):
                from .pipeline import cores_and_gpus

                wave = _TASKS_PER_CORE * cores_and_gpus()[0]
                size = max(1, wave // self._about["block"])
                for start in range(0, len(blocks), size):
                    yield from self._screen(blocks[start : start + size])
                for start in range(0, len(self._again), wave):
                    yield from self._screen_again(self._again[start : start + wave])
                while again := list(islice(self._to_try_again(), wave)):
                    yield from self._screen_again(again)
        finally:
            self._clock = time.perf_counter() - self._clock
            remove_partial_files(self.out)
            remove_stale_folders(FILM_FOLDERS)

    def close(self) -> None:
        """Release the lock of the folder."""
        self._ledger.close()

    def finish(self) -> dict:
        """
        Write the manifest.

        Returns
        -------
        dict
            ``complete``, ``films`` (counts by status and decision), ``bundle``, ``settings``, ``versions``,
            ``started``, ``finished``; ``drift`` (counts, and a warning or ""); and, for the last run that screened a
            film, ``films_per_second``, ``seconds_per_film`` (by stage), ``largest_carried_mb`` (largest size of a film
            between stages, in MiB) and ``peak_memory_mb`` (in MiB).
        """
        counts = self._ledger.counts()
        done = sum(counts[status] for status in ("ok", "warning", "no score", "quarantined"))
        return write_manifest(
            self.out,
            self.settings,
            complete=done == len(self),
            films={"all": len(self), "done_before": self.done_before} | {name: n for name, n in counts.items() if n},
            started=self._started,
            versions={"ray": version("ray")},
            source=self._about["source"],
            listed=self._about["listed"],
            **self._measured(),
        )

    def _measured(self) -> dict:
        """Return time and memory of this run, or of the last run that screened a film."""
        before = read_manifest(self.out)
        if not self._worked and before is not None:
            return {name: before[name] for name in _MEASURED if name in before}
        return {
            "drift": self._drift.as_dict(),
            "films_per_second": round(self._worked / self._clock, 2) if self._worked else None,
            "seconds_per_film": {stage: round(total / self._worked, 4) for stage, total in self._seconds.items()},
            "largest_carried_mb": round(self._carried / 2**20, 2),
            "peak_memory_mb": {
                "driver": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
                "largest_worker": max(self._memory.values(), default=0) >> 20,
                "workers": len(self._memory),
            },
        }

    def _listed(self, source: str, block: int) -> dict:
        """List the films of the source once, so that later runs have the same blocks."""
        source = source if is_uri(source) else os.path.abspath(os.path.expanduser(source))
        wanted = {"source": source, "key": key_of(self.settings), "store": self._stages.store}
        about = self._ledger.about()
        self.listed_before = about["listed"] if about else ""
        if about is None:
            return self._ledger.list_films(list_source(source), block, wanted)
        for name, meaning in (("source", "another source"), ("key", "other models or settings"), ("store", "--store")):
            if about[name] != wanted[name]:
                raise ValueError(
                    f"{self.out}: holds results of {meaning}; expected an empty folder or one of the same command; "
                    "choose another folder"
                )
        return about

    def _to_try_again(self) -> Iterator[Quarantined]:
        """Yield films with a transient failure that have attempts left."""
        for note in self._ledger.quarantined():
            if not note.lasting and note.attempts < self._tries:
                yield note

    def _screen(self, blocks: Sequence[str]) -> Iterator[FilmError | None]:
        films = {block: {task.film: task for task in self._ledger.listed(block)} for block in blocks}
        block_of = {film: block for block in blocks for film in films[block]}
        missing = {block: len(films[block]) for block in blocks}
        self._ledger.begin(block_of)
        for task in self._screened([task for block in blocks for task in films[block].values()]):
            block = block_of[task.film]
            films[block][task.film] = task
            missing[block] -= 1
            if not missing[block]:
                self._ledger.finish(block, list(films.pop(block).values()))
            yield task.failure
        self._ledger.end()

    def _screen_again(self, notes: Sequence[Quarantined]) -> Iterator[FilmError | None]:
        before = {note.film: note for note in notes}
        tasks, self.trying_again = [], True
        self._ledger.begin({note.film: note.block for note in notes})
        for task in self._screened([ImageTask(note.film, note.image) for note in notes]):
            tasks.append(task)
            if len(tasks) == self._about["block"]:
                self._ledger.finish_again(tasks, before)
                tasks = []
            yield task.failure
        self._ledger.finish_again(tasks, before)
        self._ledger.end()

    def _screened(self, films: Sequence[ImageTask]) -> Iterator[ImageTask]:
        """
        Screen films; yield each when it is done.

        Raises
        ------
        OSError
            If the remaining films would fail for the same reason: the source, the store, the disk, the bundle or Ray.
        """
        from ray.exceptions import RayError

        from .pipeline import screen_films

        not_stored, unforeseen, died = 0, 0, set()
        try:
            for task in screen_films(films, self._stages, self._batch_size):
                self._measure(task)
                if task.stop:
                    raise OSError(f"{task.stop}; {_GOES_ON}")
                self._check_source(task)
                not_stored = 0 if task.stored else not_stored + (task.fault == "store")
                unforeseen += task.fault in ("program", "workers")
                # After a success, such failures are attributed to the films, which are quarantined.
                most = _MAX_CONSECUTIVE_FAILURES
                if not_stored == most or (unforeseen == most and not self._succeeded):
                    raise OSError(f"{most} films failed and none succeeded, the last: {task.failure}")
                if task.fault == "workers":
                    died.add(task.film)
                yield task
        except RayError as error:
            raise ConnectionError(
                f"Ray ended; check that its machines run, with room in memory and on disk; {_GOES_ON}"
            ) from error
        if died:
            remove_results_of(died, self._ledger.films)

    def _measure(self, task: ImageTask) -> None:
        self._memory |= task.memory
        self._seconds.update(task.seconds)
        self._carried = max(self._carried, task.carried)
        self._worked += 1
        if task.row:
            self._drift.add(task.row["outlying_features"])
        self._succeeded |= bool(task.row)

    def _check_source(self, task: ImageTask) -> None:
        """Raise OSError if a film may have failed because the source is unavailable."""
        failed = task.failure is not None and not task.failure.lasting
        if failed and not any(map(still_there, self._about["samples"])):
            raise OSError(f"{self._about['source']}: is unavailable; once it is available, {_GOES_ON}")
