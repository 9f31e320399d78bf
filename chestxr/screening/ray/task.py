"""The task that the stages of Ray hand on: one film, pickled by this run for this run."""

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
    A film on its way through the stages.

    Attributes
    ----------
    film, image : str
        Its name, and its path or address.
    date : str
        Day of the study, "unknown" if the film states none.
    item : dict
        What the last stage made of it.
    row : dict
        Its row in the table, at the end.
    failure : FilmError or None
        Why it is not worked on any more.
    fault : str
        Where that lies: "film", "program" (an error that nobody foresaw), "store" (an archive that does not take
        results) or "workers" (the processes that screened it ended).
    stored : bool
        Whether an archive has what was made of it.
    stop : str
        Why nothing can be worked on any more, "" if all is well.
    memory : dict of str to int
        Most memory of the workers that it met, in bytes, by machine and process.
    seconds : dict of str to float
        How long it was worked on, by stage.
    carried : int
        Most bytes that it was from one stage to the next.
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
        """Whether no stage has to do with it any more."""
        return bool(self.row or self.failure or self.stop)

    def fail(self, error: BaseException, fault: str = "film") -> None:
        """Note why the film failed, under the name and the address that the user knows."""
        self.item = {}
        behind = film_error_behind(error)
        if behind is None:
            behind, fault = unforeseen(error, self.image), "program"
        # A film that is gone may be back when its disk is.
        lasting = behind.lasting and (is_uri(self.image) or os.path.isfile(self.image))
        self.failure = FilmError(escape_path(self.image), behind.found, behind.expected, behind.remedy, lasting)
        self.failure.film, self.fault = self.film, fault


def pack(tasks: Sequence[ImageTask]) -> bytes:
    """Put films into what Ray carries."""
    return pickle.dumps(tasks)


def unpack(packed: bytes) -> list[ImageTask]:
    """Return what `pack` was given."""
    tasks = pickle.loads(packed)
    for task in tasks:
        task.carried = max(task.carried, len(packed) // len(tasks))
    return tasks
