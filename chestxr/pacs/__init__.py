"""Films of an archive (DICOMweb): found, screened, answered."""

from .answer import ArchiveScreening, FoundFilms
from .archive import Archive, FilmReference
from .connection import ArchiveError, RefusedError

__all__ = ["Archive", "ArchiveError", "ArchiveScreening", "FilmReference", "FoundFilms", "RefusedError"]
