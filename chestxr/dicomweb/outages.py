"""Items skipped during a PACS query, and a circuit breaker for outages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from chestxr.utils.archive_errors import ArchiveError, UnavailableError

__all__ = ["CircuitBreaker", "Skipped"]

# Consecutive "unavailable" errors after which the whole archive is considered unavailable.
_MAX_CONSECUTIVE_OUTAGES = 3


@dataclass
class Skipped:
    """
    Series and instances that a query left out.

    Attributes
    ----------
    unidentified : int
        Number of series or instances without a valid UID.
    failed : list of ArchiveError
        One error per failed request.
    """

    unidentified: int = 0
    failed: list[ArchiveError] = field(default_factory=list)


class CircuitBreaker:
    """Trip after three consecutive "unavailable" errors; a single one may concern one object only."""

    def __init__(self) -> None:
        self._outages = 0

    def should_stop(self, outcome: object) -> bool:
        """Return whether to stop making requests after this outcome, an exception or a result."""
        self._outages = self._outages + 1 if isinstance(outcome, UnavailableError) else 0
        return self._outages >= _MAX_CONSECUTIVE_OUTAGES

    @contextmanager
    def record(self, skipped: Skipped) -> Iterator[None]:
        """
        Record the error of one request in `skipped` and continue.

        Raises
        ------
        UnavailableError
            If the circuit breaker has tripped.
        """
        failure: ArchiveError | None = None
        try:
            yield
        except ArchiveError as error:
            failure = error
        stop = self.should_stop(failure)
        if failure is None:
            return
        if stop:
            raise failure
        skipped.failed.append(failure)
