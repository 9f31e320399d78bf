"""DICOMweb client: find and fetch films in a PACS, and store results."""

from .client import DicomWebClient, FilmReference
from .outages import CircuitBreaker, Skipped

__all__ = ["CircuitBreaker", "DicomWebClient", "FilmReference", "Skipped"]
