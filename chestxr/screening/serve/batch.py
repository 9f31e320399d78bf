"""One batch: the films that were dropped together, and the state of their screening."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from threading import Event
from time import monotonic

from chestxr.utils.errors import FilmError

__all__ = ["Batch", "DroppedFilm", "State"]


class State(StrEnum):
    """State of a batch."""

    RECEIVING = "receiving"
    WAITING = "waiting"
    SCREENING = "screening"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass
class DroppedFilm:
    """
    One dropped film.

    Attributes
    ----------
    key : str
        Name of its files on this machine, ``film-0001``; never derived from the dropped file's name.
    name : str
        Name of the dropped file, with its folders; shown only.
    size : int
        Size in bytes, as announced.
    refusal : FilmError or None
        Why it is not accepted.
    received : bool
        Whether its content arrived completely.
    """

    key: str
    name: str
    size: int
    refusal: FilmError | None = None
    received: bool = False

    @property
    def label(self) -> str:
        """The name shown in the report: that of the dropped file, and that of the results."""
        return f"{self.name} ({self.key})"

    @property
    def error(self) -> FilmError | None:
        """Why the film cannot be screened, None if it can."""
        if self.received or self.refusal:
            return self.refusal
        return FilmError(self.name, "a film that was not received", "its whole content", "drop it again", lasting=False)


@dataclass
class Batch:
    """
    Films that were dropped together.

    Attributes
    ----------
    number : int
        Number of the batch, from 1.
    folder : pathlib.Path
        Folder of its films and results.
    films : dict of str to DroppedFilm
        Films by key, in the order in which they were dropped.
    left_out : int
        Number of dropped files that are no films by their name.
    state : State
        What is being done.
    done : int
        Number of films screened or failed.
    counts : dict of str to int
        Films by status and decision, when finished.
    message : str
        Why the batch could not be screened.
    stopping : threading.Event
        Set to stop the screening after the films in progress.
    deleted : bool
        Whether the folder is deleted, or will be when nothing writes to it.
    created : datetime.datetime
        When the films were dropped.
    first_done : float or None
        When the first film was done, in seconds of the monotonic clock.
    """

    number: int
    folder: Path
    films: dict[str, DroppedFilm]
    left_out: int = 0
    state: State = State.RECEIVING
    done: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    message: str = ""
    stopping: Event = field(default_factory=Event)
    deleted: bool = False
    created: datetime = field(default_factory=datetime.now)
    first_done: float | None = None

    @property
    def results(self) -> Path:
        """Folder of the results."""
        return self.folder / "results"

    @property
    def dicom_results(self) -> list[Path]:
        """DICOM objects among the results."""
        return sorted(self.results.glob("*.dcm"))

    def film_path(self, film: DroppedFilm) -> Path:
        """Return the path of a film's content on this machine."""
        return self.folder / "films" / film.key

    def seconds_left(self) -> float | None:
        """Return the expected time until all films are done; None before two of them are."""
        if self.first_done is None or self.done < 2:
            return None
        return (monotonic() - self.first_done) / (self.done - 1) * (len(self.films) - self.done)

    def count_done(self) -> None:
        """Count one more film that is done."""
        self.first_done = self.first_done or monotonic()
        self.done += 1

    def items(self) -> list[dict[str, str]]:
        """Return the films in the format of :py:func:`chestxr.data.find_films`."""
        return [{"film": film.key, "image": str(self.film_path(film))} for film in self.films.values()]

    def bytes_held(self) -> int:
        """Return the size of the films that wait to be screened, also of those that are still to be sent."""
        if self.state is State.FINISHED:
            return 0
        return sum(film.size for film in self.films.values() if film.refusal is None)

    def remove_films(self) -> None:
        """Delete the films, not their results."""
        shutil.rmtree(self.folder / "films", ignore_errors=True)

    def remove(self) -> None:
        """Delete the films and their results."""
        shutil.rmtree(self.folder, ignore_errors=True)
