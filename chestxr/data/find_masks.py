"""Find the lung masks of films."""

from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from .film_name import film_name
from .folder import films_below

__all__ = ["find_masks"]

_ENDINGS = ("_lungs", "_mask", "")


def find_masks(names: Iterable[str], directory: str | PathLike) -> dict[str, Path]:
    """
    Find films' masks in a folder.

    Parameters
    ----------
    names : iterable of str
        The films' names, as returned by :py:func:`find_films`.
    directory : str or os.PathLike
        Folder with masks named after their films: ``<film>_lungs`` (as the bundles write them), ``<film>_mask`` or
        ``<film>``, with any extension that chestxr reads.

    Returns
    -------
    dict of str to pathlib.Path
        The masks found, by film name.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    ValueError
        If a film has several masks.
    """
    root = Path(directory).expanduser()
    if not root.is_dir():
        raise FileNotFoundError(f"{root}: no such folder; give the folder of the films' masks")
    wanted = {name + ending: name for name in names for ending in _ENDINGS}
    found: dict[str, Path] = {}
    for path in films_below(root):
        name = wanted.get((path.parent.relative_to(root) / film_name(path)).as_posix())
        if name is None:
            continue
        if name in found:
            raise ValueError(
                f"{path}: found a second mask of {name} next to {found[name].name}; expected one; remove one"
            )
        found[name] = path
    return found
