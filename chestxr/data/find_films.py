"""Find films by path, folder or list."""

from collections.abc import Sequence
from os import PathLike
from os.path import commonpath, realpath
from pathlib import Path

from chestxr.io.file_format import FORMATS

from .film_list import is_film_list, read_film_list
from .film_name import unique_names
from .open_collection import open_collection

__all__ = ["find_films"]


def find_films(source: str | PathLike | Sequence[str | PathLike]) -> list[dict]:
    """
    List films for inference.

    Parameters
    ----------
    source : str or os.PathLike or sequence of those
        A film, a folder (searched recursively; masks are excluded where :py:func:`open_collection` recognises them), a
        list of those, or a file that lists films: ``.txt`` with one path per line, ``.csv`` with a column ``image``,
        ``.json`` with a list of paths or of items with ``image``; in UTF-8. Paths in such a file are relative to its
        folder.

    Returns
    -------
    list of dict
        Items with ``image``, the film's path, and ``film``, a name that is unique in the list.

    Raises
    ------
    FileNotFoundError
        If a path does not exist, or no film is found.
    ValueError
        If a list has another format.

    Examples
    --------
    >>> from pydicom.data import get_testdata_file
    >>> [item["film"] for item in find_films(get_testdata_file("RG1_UNCR.dcm", download=False))]
    ['RG1_UNCR']
    """
    sources = [source] if isinstance(source, (str, PathLike)) else list(source)
    paths = list(dict.fromkeys(_absolute(path) for entry in sources for path in _expand(Path(entry).expanduser())))
    if not paths:
        raise FileNotFoundError(f"no films found in {source}; expected {FORMATS} files")
    names = unique_names(paths, Path(commonpath([path.parent for path in paths])))
    return [{"film": name, "image": str(path)} for name, path in zip(names, paths, strict=True)]


def _absolute(path: Path) -> Path:
    """Return an absolute path without "..": films are named after their folders, and results after their films."""
    # Path.resolve raises on circular links; reading such a film reports the error.
    return Path(realpath(path)) if ".." in path.parts else path.absolute()


def _expand(path: Path) -> list[Path]:
    """Return the films of one entry."""
    if path.is_dir():
        return [film.image for film in open_collection(path).films]
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such film or folder; check the path")
    if is_film_list(path):
        return [path.parent / entry for entry in read_film_list(path)]
    return [path]
