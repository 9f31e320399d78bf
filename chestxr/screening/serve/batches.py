"""All batches of a server, and the disk space that their films may take."""

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock

from chestxr.io.film_file import check_bytes
from chestxr.utils.errors import FilmError

from .announced import AnnouncedFilm, is_left_out
from .batch import Batch, DroppedFilm, State
from .screener import Screener

__all__ = ["Batches"]

_GB = 10**9
# Results, and what else this machine needs.
_KEPT_FREE = 2 * _GB


class Batches:
    """
    Batches of a server.

    Parameters
    ----------
    folder : pathlib.Path
        Folder for films and results.
    screener : Screener
        What screens the batches.
    space_gb : float
        Disk space for films, in GB.
    """

    def __init__(self, folder: Path, screener: Screener, space_gb: float) -> None:
        self.folder, self.screener, self.space_gb = folder, screener, space_gb
        self._by_number: dict[int, Batch] = {}
        self._last = 0
        self._lock = Lock()

    def __getitem__(self, number: int) -> Batch:
        """Return a batch; raise KeyError if there is none of this number."""
        return self._by_number[number]

    def newest_first(self) -> list[Batch]:
        """Return all batches."""
        return sorted(self._by_number.values(), key=lambda batch: -batch.number)

    def add(self, announced: Sequence[AnnouncedFilm]) -> tuple[Batch, list[str | None]]:
        """
        Start a batch of films that will be sent.

        A film that is too large, or for which there is no room, is in the batch with a refusal.

        Returns
        -------
        Batch
            The batch.
        list of str or None
            For each announced film, the key under which it is expected; None if it must not be sent.

        Raises
        ------
        ValueError
            If no film is among the files.
        OSError
            If the folder of the batch cannot be created.
        """
        left_out = [is_left_out(film.name) for film in announced]
        if all(left_out):
            raise ValueError("No films were found among these files.")
        with self._lock:
            self._last += 1
            batch = Batch(self._last, self.folder / f"batch-{self._last}-{datetime.now():%Y%m%d-%H%M%S}", {})
            (batch.folder / "films").mkdir(parents=True)
            batch.left_out = sum(left_out)
            room = self._room()
            keys: list[str | None] = []
            for film, out in zip(announced, left_out, strict=True):
                if out:
                    keys.append(None)
                    continue
                key, refusal = f"film-{len(batch.films) + 1:04d}", _refusal(film, room, self.space_gb)
                batch.films[key] = DroppedFilm(key, film.name, film.size, refusal)
                room -= 0 if refusal else film.size
                keys.append(None if refusal else key)
            self._by_number[batch.number] = batch
        return batch, keys

    def receive(self, batch: Batch, film: DroppedFilm, partial: Path) -> bool:
        """Take a film whose content is complete; return False if the batch no longer waits for it."""
        with self._lock:
            if batch.state is not State.RECEIVING or film.received:
                return False
            partial.rename(batch.film_path(film))
            film.received = True
        return True

    def screen(self, batch: Batch) -> bool:
        """Screen a batch, or try again; return False if it is being screened or was screened."""
        with self._lock:
            if batch.state not in (State.RECEIVING, State.FAILED):
                return False
            batch.state, batch.message, batch.first_done = State.WAITING, "", None
            batch.stopping.clear()
        self.screener.add(batch)
        return True

    def stop(self, batch: Batch) -> bool:
        """Stop the screening of a batch after the films in progress; return False if it is not being screened."""
        if batch.state is not State.SCREENING:
            return False
        batch.stopping.set()
        return True

    def remove(self, batch: Batch) -> None:
        """Delete a batch with its films and results, after the films in progress."""
        with self._lock:
            self._by_number.pop(batch.number, None)
            batch.deleted = True
            batch.stopping.set()
        self.screener.remove(batch)

    def _room(self) -> int:
        held = sum(batch.bytes_held() for batch in self._by_number.values())
        free = shutil.disk_usage(self.folder).free - _KEPT_FREE
        return min(int(self.space_gb * _GB) - held, free)


def _refusal(film: AnnouncedFilm, room: int, space_gb: float) -> FilmError | None:
    """Return why a film cannot be taken when there is room for a number of bytes; None if it can."""
    try:
        check_bytes(Path(film.name), film.size)
    except FilmError as error:
        return error
    if film.size <= room:
        return None
    found = f"no room for it (chestxr serve --space {space_gb:g}, in GB, or a full disk)"
    return FilmError(film.name, found, "a film that fits", "drop fewer at once, or delete batches", lasting=False)
