"""Ledger of an archive run: blocks of films, completed blocks, and quarantined films."""

import fcntl
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from chestxr.handlers.screening_row import failed_row
from chestxr.utils.atomic import atomic_write, write_text
from chestxr.utils.errors import FilmError

from .stale_results import remove_results_of
from .task import ImageTask

__all__ = ["Ledger", "Quarantined"]

_LISTED, _DONE, _AGAIN, _BEGUN = ".films.json", ".done.json", "again-", "begun.json"


class Quarantined:
    """
    A failed film, as described by its file in ``quarantine/``.

    Attributes
    ----------
    film, image : str
        Name of the film, and its path or URI.
    block : str
        Block of the film.
    attempts : int
        Number of attempts.
    lasting : bool
        Whether the failure is permanent.
    """

    def __init__(self, note: dict) -> None:
        self.film, self.image, self.block = note["film"], note["address"], note["block"]
        self.attempts, self.lasting = note["attempts"], note["lasting"]


class Ledger:
    """
    Films of an archive in blocks, each processed exactly once.

    The rows of a block are in ``table/date=DAY/part-BLOCK.parquet``; the commit marker ``blocks/BLOCK.done.json`` is
    written last. Rows without a marker are left by a killed run and removed at the next start, and so are the results
    of films that are listed in ``blocks/begun.json`` but belong to no completed block. Failed films are in
    ``quarantine/`` and not in the table; those that succeed later form a block of their own.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the results. It is locked until :py:meth:`close`.

    Raises
    ------
    BlockingIOError
        If another run has locked the folder.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.blocks, self.table, self.quarantine = out / "blocks", out / "table", out / "quarantine"
        self.films = out / "films"
        for folder in (out, self.blocks, self.table, self.quarantine):
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = (out / ".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise BlockingIOError(f"{out}: another run works on it; expected one at a time; wait for it") from None

    def close(self) -> None:
        """Release the lock of the folder."""
        self._lock.close()

    def about(self) -> dict | None:
        """
        Return the content of ``archive.json``, or None if the folder has no results yet.

        Raises
        ------
        ValueError
            If the folder has results, but no valid ``archive.json``.
        """
        path = self.out / "archive.json"
        if not path.is_file():
            found = [*self.blocks.glob(f"*{_DONE}"), *self.table.rglob("*.parquet"), *self._notes()]
            if not found:
                return None
        try:
            return json.loads(path.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            raise ValueError(
                f"{self.out}: holds results, and no archive.json that says of which films; expected an empty folder or "
                "one that chestxr archive wrote; bring the file back, or choose another folder"
            ) from None

    def list_films(self, items: Sequence[dict], size: int, about: dict) -> dict:
        """
        Write the list of films, in blocks, and ``archive.json``.

        Parameters
        ----------
        items : sequence of dict
            Films with ``film`` and ``image``.
        size : int
            Films per block.
        about : dict
            Entries of ``archive.json`` that identify the run: source, key and store.

        Returns
        -------
        dict
            The content of ``archive.json``.
        """
        for path in self.blocks.glob(f"*{_LISTED}"):
            path.unlink()
        for number, start in enumerate(range(0, len(items), size)):
            films = [(item["film"], item["image"]) for item in items[start : start + size]]
            # ASCII: bytes of a name that are not UTF-8 are escaped.
            write_text(self.blocks / f"{number:06d}{_LISTED}", json.dumps(films))
        samples = [item["image"] for item in items[:: max(1, len(items) // 5)]]
        listed = {"films": len(items), "block": size, "blocks": -(-len(items) // size), "samples": samples}
        about = about | listed | {"listed": datetime.now(UTC).isoformat(timespec="seconds")}
        write_text(self.out / "archive.json", json.dumps(about, indent=1))
        return about

    def begin(self, block_of: dict[str, str]) -> None:
        """Record the films that are screened next, with their blocks, so that partial results can be removed."""
        write_text(self.blocks / _BEGUN, json.dumps(block_of))

    def end(self) -> None:
        """Record that all films passed to :py:meth:`begin` are done."""
        (self.blocks / _BEGUN).unlink(missing_ok=True)

    def clean(self) -> None:
        """Remove partial results of a killed run."""
        # Of any process: the folder is locked, and in a container process ids repeat.
        for path in self.out.rglob(".part-*"):
            path.unlink(missing_ok=True)
        done = self._done()
        # A block that is processed again includes films that first failed and succeeded later.
        done -= {block for block in done if not {of for _, _, of in self._again(block)} <= done}
        for block in done:
            for film, _, _ in self._again(block):
                self._note_of(film).unlink(missing_ok=True)
        taken_back = [block for path in self.blocks.glob(f"*{_DONE}") if (block := _block_of(path)) not in done]
        stale = {film for film, of in self._begun().items() if of not in done or self._note_of(film).is_file()}
        stale |= {film for block in taken_back for film in self._films_of(block)}
        # Recorded first, so that a kill during the clean-up loses no film.
        self.begin(dict.fromkeys(stale, ""))
        for block in taken_back:
            self._take_back(block)
        for part in self.table.glob("date=*/part-*.parquet"):
            if part.stem.removeprefix("part-") not in done:
                part.unlink()
        for path in self._notes():
            if json.loads(path.read_text())["block"] not in done:
                path.unlink()
        if stale:
            remove_results_of(stale, self.films)
        self.end()

    def _notes(self) -> list[Path]:
        """Return the files of failed films; a folder of films may have a name that ends in .json too."""
        return sorted(path for path in self.quarantine.rglob("*.json") if path.is_file())

    def _begun(self) -> dict[str, str]:
        """Return the films that the last run recorded by `begin`, with their blocks."""
        path = self.blocks / _BEGUN
        return json.loads(path.read_text()) if path.is_file() else {}

    def _films_of(self, block: str) -> list[str]:
        if block.startswith(_AGAIN):
            return [film for film, _, _ in self._again(block)]
        return [task.film for task in self.listed(block)]

    def _again(self, block: str) -> list[list[str]]:
        """Return name, path or URI, and original block of the films of a completed block that had failed before."""
        return json.loads((self.blocks / f"{block}{_DONE}").read_text())["again"]

    def _take_back(self, done: str) -> None:
        """Mark a block whose rows were removed as not done."""
        for film, image, block in self._again(done):
            note = {"film": film, "address": image, "block": block, "attempts": 0, "lasting": False}
            write_text(self._note_of(film), json.dumps(note, indent=1))
        (self.blocks / f"{done}{_DONE}").unlink()

    def waiting(self) -> list[str]:
        """Return the blocks that are not completed, in order."""
        done = self._done()
        listed = sorted(path.name.removesuffix(_LISTED) for path in self.blocks.glob(f"*{_LISTED}"))
        return [block for block in listed if block not in done]

    def listed(self, block: str) -> list[ImageTask]:
        """Return the films of a block."""
        listed = json.loads((self.blocks / f"{block}{_LISTED}").read_text())
        return [ImageTask(film, image) for film, image in listed]

    def quarantined(self) -> Iterator[Quarantined]:
        """Yield the failed films."""
        for path in self._notes():
            yield Quarantined(json.loads(path.read_text()))

    def finish(self, block: str, tasks: Sequence[ImageTask]) -> None:
        """
        Write the rows of a block and its commit marker.

        Raises
        ------
        OSError
            If they cannot be written; the block is not completed.
        """
        for task in tasks:
            if task.failure is not None:
                self._quarantine(task, task.failure, block, attempts=1)
        good = [task for task in tasks if task.row]
        self._write(block, good, again=[])

    def finish_again(self, tasks: Sequence[ImageTask], attempts: dict[str, Quarantined]) -> None:
        """Write the rows of films that had failed before."""
        for task in tasks:
            if task.failure is not None:
                before = attempts[task.film]
                self._quarantine(task, task.failure, before.block, before.attempts + 1)
        good = [task for task in tasks if task.row]
        if good:
            number = 1 + max((int(name.removeprefix(_AGAIN)) for name in self._done(_AGAIN)), default=0)
            again = [(task.film, task.image, attempts[task.film].block) for task in good]
            self._write(f"{_AGAIN}{number:06d}", good, again)
        for task in good:
            self._note_of(task.film).unlink(missing_ok=True)

    def counts(self) -> Counter:
        """Return the number of films by status and decision."""
        counts: Counter = Counter()
        for path in self.blocks.glob(f"*{_DONE}"):
            counts.update(json.loads(path.read_text())["counts"])
        counts["quarantined"] = len(self._notes())
        return counts

    def _done(self, prefix: str = "") -> set[str]:
        """Return the blocks with a commit marker and all their rows."""
        done = set()
        for path in self.blocks.glob(f"{prefix}*{_DONE}"):
            parts = json.loads(path.read_text())["parts"]
            if all((self.out / part).is_file() for part in parts):
                done.add(_block_of(path))
        return done

    def _write(self, block: str, tasks: Sequence[ImageTask], again: list[tuple]) -> None:
        counts = Counter(task.row["status"] for task in tasks)
        counts.update(task.row["decision"] for task in tasks if task.row["decision"])
        parts = []
        for day in sorted({task.date for task in tasks}):
            path = self.table / f"date={day}" / f"part-{block}.parquet"
            with atomic_write(path) as partial:
                pq.write_table(_table([task.row for task in tasks if task.date == day]), partial)
            parts.append(str(path.relative_to(self.out)))
        write_text(self.blocks / f"{block}{_DONE}", json.dumps({"parts": parts, "counts": counts, "again": again}))

    def _quarantine(self, task: ImageTask, error: FilmError, block: str, attempts: int) -> None:
        note = {"address": task.image, "block": block, "attempts": attempts, "lasting": error.lasting}
        write_text(self._note_of(task.film), json.dumps(failed_row(error) | note, indent=1))

    def _note_of(self, film: str) -> Path:
        return self.quarantine / f"{film}.json"


def _block_of(note: Path) -> str:
    return note.name.removesuffix(_DONE)


def _table(rows: Sequence[dict]) -> pa.Table:
    """Return rows as a table whose columns have the same types in every block: string or float64."""
    return pa.table({name: _column([row[name] for row in rows]) for name in rows[0]})


def _column(values: list) -> pa.Array:
    if any(isinstance(value, str) for value in values):
        return pa.array(values, pa.string())
    return pa.array([None if value is None else float(value) for value in values], pa.float64())
