"""The films of a collection."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .film import Film

__all__ = ["Collection", "cross_reference"]


@dataclass(frozen=True)
class Collection:
    """
    The films of a collection.

    Attributes
    ----------
    root : pathlib.Path
        The collection's folder.
    films : tuple of Film
        The films, by name.
    masks_without_film : tuple of pathlib.Path
        Mask files without a film: no film has their name, the other lung's mask is missing, or the film has another.
    """

    root: Path
    films: tuple[Film, ...]
    masks_without_film: tuple[Path, ...] = ()


def cross_reference(root: Path, films: Iterable[Film], masks: Iterable[Path]) -> Collection:
    """
    Return a collection of films, with the mask files that none of them uses.

    Parameters
    ----------
    root : pathlib.Path
        The collection's folder.
    films : iterable of Film
        The films, by name.
    masks : iterable of pathlib.Path
        All mask files of the folder.

    Returns
    -------
    Collection
        The films and the masks without film.
    """
    films = tuple(films)
    used = {mask for film in films for mask in film.masks}
    return Collection(root, films, tuple(sorted(set(masks) - used)))
