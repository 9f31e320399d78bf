"""Films of an archive (DICOMweb): found, screened, answered."""

from .answer import ArchiveScreening
from .archive import Archive, ArchiveError, FilmReference

__all__ = ["Archive", "ArchiveError", "ArchiveScreening", "FilmReference"]
