"""Task passed between Ray stages: one film, pickled and unpickled by the same run."""

import os
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chestxr.bundle.unforeseen import unforeseen
from chestxr.utils.errors import FilmError, film_error_behind
from chestxr.utils.text import escape_path

from .uri import is_uri

__all__ = ["ImageTask", "pack", "unpack"]


@dataclass
class ImageTask:
    """
    A film in the pipeline.

    Attributes
    ----------
    film, image : str
        Name of the film, and its path or URI.
    date : str
        Study date, "unknown" if the film states none.
    item : dict
        Output of the last stage.
    row : dict
        Row of the film in the table, after the last stage.
    failure : FilmError or None
        Error of a failed film.
    fault : str
        Cause of the failure: "film", "program" (an unexpected error), "store" (the archive does not store results) or
        "workers" (a worker process crashed).
    stored : bool
        Whether the results are stored in an archive.
    stop : str
        Reason to stop the run, "" for none.
    memory : dict of str to int
        Peak memory of the workers that processed the film, in bytes, by machine and process.
    seconds : dict of str to float
        Processing time in seconds, by stage.
    carried : int
        Largest size of the film between two stages, in bytes.
    """

    film: str
    image: str
    date: str = "unknown"
    item: dict[str, Any] = field(default_factory=dict)
    row: dict[str, Any] = field(default_factory=dict)
    failure: FilmError | None = None
    fault: str = ""
    stored: bool = False
    stop: str = ""
    memory: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    carried: int = 0

    @property
    def ended(self) -> bool:
        """Whether the remaining stages skip the film."""
        return bool(self.row or self.failure or self.stop)

    def fail(self, error: BaseException, fault: str = "film") -> None:
        """Record an error under the name and the path or URI that the user gave."""
        self.item = {}
        behind = film_error_behind(error)
        if behind is None:
            behind, fault = unforeseen(error, self.image), "program"
        # A missing file may come back with its disk.
        lasting = behind.lasting and (is_uri(self.image) or os.path.isfile(self.image))
        self.failure = FilmError(escape_path(self.image), behind.found, behind.expected, behind.remedy, lasting)
        self.failure.film, self.fault = self.film, fault


def pack(tasks: Sequence[ImageTask]) -> bytes:
    """Return films as bytes for Ray."""
    return pickle.dumps(tasks)


def unpack(packed: bytes) -> list[ImageTask]:
    """Return the films of `pack`."""
    tasks = pickle.loads(packed)
    for task in tasks:
        task.carried = max(task.carried, len(packed) // len(tasks))
    return tasks
