"""Films of an archive (DICOMweb): found, screened, answered."""

from .answer import ArchiveScreening, FoundFilms
from .archive import Archive, FilmReference
from .connection import ArchiveError, AwayError, RefusedError
from .overlooked import AwayWatch, Overlooked

__all__ = [
    "Archive",
    "ArchiveError",
    "ArchiveScreening",
    "AwayError",
    "AwayWatch",
    "FilmReference",
    "FoundFilms",
    "Overlooked",
    "RefusedError",
]
