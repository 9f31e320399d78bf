"""Errors of archives, for DICOMweb and DICOM's own network."""

__all__ = ["ArchiveError", "RefusedError", "UnavailableError"]


class ArchiveError(OSError):
    """
    An archive does not answer, or rejects a request.

    The message names the server and the failure, never a URL below it or an object, which would contain identifiers.
    """


class UnavailableError(ArchiveError):
    """An archive cannot be reached or serves no requests: other requests would fail too."""


class RefusedError(ArchiveError):
    """An archive rejects an object; it may accept others."""
