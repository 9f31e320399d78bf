"""Find the films that a user names."""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from os import PathLike
from os.path import commonpath
from pathlib import Path

from .film_name import film_name
from .folder import films_below

__all__ = ["find_films"]

_LISTS = (".txt", ".csv", ".json")


def find_films(source: str | PathLike | Sequence[str | PathLike]) -> list[dict]:
    """
    List films for inference.

    Parameters
    ----------
    source : str or os.PathLike or sequence of those
        A film, a folder (searched with all below it), a list of those, or a file that lists films: ``.txt`` with one
        path a line, ``.csv`` with a column ``image``, ``.json`` with a list of paths or of items with ``image``.
        Relative paths in such a file start from its folder.

    Returns
    -------
    list of dict
        Items with ``image``, the film's path, and ``film``, a name that no other film of the list has.

    Raises
    ------
    FileNotFoundError
        If a path does not exist, or there is no film.
    """
    sources = [source] if isinstance(source, (str, PathLike)) else list(source)
    paths = list(dict.fromkeys(path.absolute() for entry in sources for path in _expand(Path(entry).expanduser())))
    if not paths:
        raise FileNotFoundError(f"no films in {source}; expected DICOM, PNG, JPEG, TIFF or NIfTI files")
    return [{"film": name, "image": str(path)} for name, path in zip(_unique_names(paths), paths, strict=True)]


def _expand(path: Path) -> list[Path]:
    """Return the films that one entry stands for."""
    if path.is_dir():
        return films_below(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such film or folder")
    if path.suffix.lower() in _LISTS:
        return [path.parent / entry for entry in _listed(path)]
    return [path]


def _listed(path: Path) -> list[str]:
    """Return the paths that a list file holds."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() == ".json":
        return [entry["image"] if isinstance(entry, dict) else entry for entry in json.loads(text)]
    if path.suffix.lower() == ".csv":
        return [row["image"] for row in csv.DictReader(text.splitlines())]
    return [line.strip() for line in text.splitlines() if line.strip()]


def _unique_names(paths: list[Path]) -> list[str]:
    """Name films by their file; where two share a name, by their folders too, and by their ending."""
    names = [film_name(path) for path in paths]
    if max(Counter(names).values()) == 1:
        return names
    root = Path(commonpath([path.parent for path in paths]))
    names = [(path.parent.relative_to(root) / film_name(path)).as_posix() for path in paths]
    repeated = Counter(names)
    return [
        name if repeated[name] == 1 else path.relative_to(root).as_posix()
        for name, path in zip(names, paths, strict=True)
    ]
