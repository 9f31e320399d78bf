"""Which films a folder holds."""

from dataclasses import dataclass, field
from pathlib import Path

from .film import Film

__all__ = ["Catalogue"]


@dataclass(frozen=True)
class Catalogue:
    """
    The films of a collection.

    Attributes
    ----------
    root : pathlib.Path
        The collection's folder.
    films : tuple of Film
        The films, by name.
    masks_without_film : tuple of pathlib.Path
        Mask files that belong to no film.
    """

    root: Path
    films: tuple[Film, ...]
    masks_without_film: tuple[Path, ...] = field(default=())
