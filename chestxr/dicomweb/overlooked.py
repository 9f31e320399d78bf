"""What films of an archive are found without, and when to ask it no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .connection import ArchiveError, AwayError

__all__ = ["AwayWatch", "Overlooked"]

# So many in a row are taken for all that follow.
_AWAY_AFTER = 3


@dataclass
class Overlooked:
    """
    Series and films that are left out where an archive is asked for many.

    Attributes
    ----------
    unidentified : int
        How many it cannot be asked for: what they have instead of identifiers is none.
    failed : list of ArchiveError
        For each over which it failed, what it said.
    """

    unidentified: int = 0
    failed: list[ArchiveError] = field(default_factory=list)


class AwayWatch:
    """Tells when an archive is away over several things in a row; over one, it may be so over that one alone."""

    def __init__(self) -> None:
        self._away = 0

    def ends_with(self, outcome: object) -> bool:
        """Say whether to ask for nothing more, after what came of asking for one thing."""
        self._away = self._away + 1 if isinstance(outcome, AwayError) else 0
        return self._away >= _AWAY_AFTER

    @contextmanager
    def noting(self, overlooked: Overlooked) -> Iterator[None]:
        """
        Note it when the archive fails over the one thing that is asked for within, and go on.

        Raises
        ------
        AwayError
            If it is away over several in a row.
        """
        failure = None
        try:
            yield
        except ArchiveError as error:
            failure = error
        if self.ends_with(failure):
            raise failure
        if failure is not None:
            overlooked.failed.append(failure)
