"""DICOMweb client: find and fetch films in a PACS, and store results."""

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
