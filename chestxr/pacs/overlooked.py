"""What films of an archive are found without, and when to ask it no more."""

from collections.abc import Iterator
from contextlib import contextmanager

from .connection import ArchiveError, AwayError

__all__ = ["AWAY_AFTER", "Overlooked"]

# So many in a row over which an archive is away are taken for all that follow: it may be so over a few alone.
AWAY_AFTER = 3


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

    def __init__(self) -> None:
        self.unidentified, self.failed = 0, []
        self._away = 0

    @contextmanager
    def noting(self) -> Iterator[None]:
        """
        Note it when the archive fails over the one thing that is asked for within, and go on.

        Raises
        ------
        AwayError
            If it is away over several things in a row.
        """
        try:
            yield
        except ArchiveError as error:
            self._away = self._away + 1 if isinstance(error, AwayError) else 0
            if self._away == AWAY_AFTER:
                raise
            self.failed.append(error)
        else:
            self._away = 0
