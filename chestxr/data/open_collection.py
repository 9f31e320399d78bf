"""Open a film collection in any supported layout."""

from collections import Counter
from collections.abc import Callable
from os import PathLike
from pathlib import Path

from chestxr.io.file_format import FORMATS

from .collection import Collection
from .collection_table import COLLECTION_TABLE
from .combined import is_combined, open_combined
from .folder import open_folder
from .montgomery import is_montgomery, open_montgomery
from .shenzhen import is_shenzhen, open_shenzhen
from .tbx11k import is_tbx11k, open_tbx11k

__all__ = ["open_collection"]

_LAYOUTS = (
    (is_montgomery, open_montgomery),
    (is_combined, open_combined),
    (is_shenzhen, open_shenzhen),
    (is_tbx11k, open_tbx11k),
)


def open_collection(directory: str | PathLike) -> Collection:
    """
    List the films of a folder.

    The folder may be a public collection (Montgomery, Shenzhen, both in one folder, or TBX11K), contain public
    collections as subfolders, which are then merged (for example ``MontgomerySet/`` and ``ChinaSet_AllFiles/``; other
    subfolders are ignored), or be any folder of films.

    Parameters
    ----------
    directory : str or os.PathLike
        The collection's folder.

    Returns
    -------
    Collection
        The films with their masks and labels.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist or contains no films.
    ValueError
        If the folder's ``collection.csv`` or ``shenzhen_metadata.csv`` is invalid, a public collection contains a
        ``collection.csv``, or two collections contain a film of the same name.
    """
    root = Path(directory).expanduser()
    if not root.is_dir():
        raise FileNotFoundError(f"{root}: no such folder; give the folder of a film collection")
    collection = _open(root)
    if not collection.films:
        raise FileNotFoundError(f"{root}: no films found; expected CXR_png/ or a folder of {FORMATS}")
    name, times = Counter(film.name for film in collection.films).most_common(1)[0]
    if times > 1:
        raise ValueError(f"{root}: found {times} films named {name}; expected one; give one of its subfolders")
    return collection


def _open(root: Path) -> Collection:
    """Open a public collection, several in subfolders, or any folder."""
    candidates = [root] if _opener(root) else sorted(path for path in root.iterdir() if path.is_dir())
    openers = {folder: opener for folder in candidates if (opener := _opener(folder))}
    if not openers:
        return open_folder(root)
    for folder in (root, *openers):
        if (folder / COLLECTION_TABLE).is_file():
            raise ValueError(
                f"{folder / COLLECTION_TABLE}: found in the layout of a public collection, where it is ignored; "
                "expected no table; rename CXR_png if these are your own films, otherwise remove the table"
            )
    parts = [opener(folder) for folder, opener in openers.items()]
    return Collection(
        root,
        tuple(film for part in parts for film in part.films),
        tuple(mask for part in parts for mask in part.masks_without_film),
    )


def _opener(root: Path) -> Callable[[Path], Collection] | None:
    """Return the function that opens a public collection's layout, or None for any other folder."""
    return next((open_layout for recognised, open_layout in _LAYOUTS if recognised(root)), None)
