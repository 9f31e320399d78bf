"""A DICOMweb client: find films in a PACS, fetch them, store what was found."""

from .client import DicomWebClient, FilmReference
from .outages import CircuitBreaker, Skipped
from .session import DicomWebError, RefusedError, UnavailableError

__all__ = [
    "CircuitBreaker",
    "DicomWebClient",
    "DicomWebError",
    "FilmReference",
    "RefusedError",
    "Skipped",
    "UnavailableError",
]
