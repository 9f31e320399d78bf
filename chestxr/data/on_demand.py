"""Lazily loaded films, so that a configuration can be parsed without its data."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from os import PathLike
from typing import Any

from .find_films import find_films
from .splits import load_split

__all__ = ["Films", "OnDemand", "Split"]


class OnDemand(Sequence[Any]):
    """Items that are created on first use. A subclass returns them as a cached property ``_items``."""

    @property
    @abstractmethod
    def _items(self) -> list[dict]: ...

    def __getitem__(self, index: Any) -> Any:
        """Return an item, or several."""
        return self._items[index]

    def __len__(self) -> int:
        """Return the number of films."""
        return len(self._items)


class Films(OnDemand):
    """
    Films found by :py:func:`find_films` on first use.

    Parameters
    ----------
    source : str or os.PathLike or sequence of those
        As for :py:func:`find_films`; its errors are raised on first use.
    """

    def __init__(self, source: str | PathLike | Sequence[str | PathLike]) -> None:
        self.source = source

    @cached_property
    def _items(self) -> list[dict]:
        return find_films(self.source)


class Split(Mapping):
    """
    A split of a collection, loaded by :py:func:`load_split` on first use.

    Its keys are "training", "validation" and "test".

    Parameters
    ----------
    split : str or os.PathLike
        Name of a shipped split, or path of a datalist.
    dataset_dir : str or os.PathLike
        The collection's folder.
    masked : bool, optional
        Exclude films without a mask.
    """

    def __init__(self, split: str | PathLike, dataset_dir: str | PathLike, masked: bool = False) -> None:
        self.split, self.dataset_dir, self.masked = split, dataset_dir, masked

    @cached_property
    def _sections(self) -> dict[str, list[dict]]:
        return load_split(self.split, self.dataset_dir, self.masked)

    def __getitem__(self, section: str) -> list[dict]:
        """Return a section's items."""
        return self._sections[section]

    def films(self, sections: Sequence[str]) -> list[dict]:
        """Return the items of several sections, one section after the other."""
        return [item for section in sections for item in self[section]]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the sections' names."""
        return iter(self._sections)

    def __len__(self) -> int:
        """Return the number of sections."""
        return len(self._sections)
