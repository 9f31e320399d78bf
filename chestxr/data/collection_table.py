"""Read ``collection.csv``, a user's table of site, patient and label per film."""

import math
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from .user_table import read_user_table

__all__ = ["COLLECTION_TABLE", "read_collection_table"]

COLLECTION_TABLE = "collection.csv"
_LABELS = {"0": 0, "1": 1, "": None}
_SEX = {"m": "M", "male": "M", "f": "F", "female": "F"}


def read_collection_table(
    path: Path, films: Collection[Path], needed: Sequence[str] = (), locate: Callable[[Path], Path] = Path
) -> dict[Path, dict]:
    """
    Read the table of site, patient and label of the films in a folder.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file with a column ``image``, the film's path relative to the file's folder, and any of ``site``,
        ``patient`` (the same for all films of a patient), ``tuberculosis`` (0 or 1), ``sex`` (F or M), ``age_years``,
        ``reading``. Empty cells and films without a row are unknown; other columns are ignored. The file may be
        missing.
    films : collection of pathlib.Path
        The folder's films.
    needed : sequence of str, optional
        Columns that must exist, in addition to ``image``.
    locate : callable, optional
        Returns the path of a film as `films` has it; by default the path that the table gives.

    Returns
    -------
    dict of pathlib.Path to dict
        Attributes of each film, as arguments of :py:class:`Film`.

    Raises
    ------
    ValueError
        If the file is not a UTF-8 table, has no column ``image`` or another that is needed, lists a film twice or one
        that is not in `films`, or has an invalid label or age.
    """
    if not path.is_file():
        return {}
    known: dict[Path, dict] = {}
    for where, cells in read_user_table(path, "image", *needed):
        if not cells["image"]:
            raise ValueError(f"{where}: found no film; expected its path in the column image; correct the table")
        image = locate(path.parent / cells["image"])
        if image in known:
            raise ValueError(
                f"{where}: found the film of an earlier line; expected one line per film; correct the table"
            )
        # Otherwise this patient could end up in both training and test.
        if image not in films:
            raise ValueError(
                f"{where}: found none of the films; expected a path relative to the table's folder; correct the table"
            )
        known[image] = _facts(cells, where)
    return known


def _facts(cells: dict[str, str], where: str) -> dict:
    """Convert a row's cells to arguments of Film."""
    facts = {name: cells[name] for name in ("site", "patient", "reading") if cells.get(name)}
    label, age = cells.get("tuberculosis", ""), cells.get("age_years", "")
    if label not in _LABELS:
        raise ValueError(
            f"{where}: found no label under tuberculosis; expected 0, 1 or an empty cell; correct the table"
        )
    try:
        years = float(age) if age else math.nan
    except ValueError:
        raise ValueError(
            f"{where}: found age_years that is not a number; expected a number; correct the table"
        ) from None
    return facts | {
        "tuberculosis": _LABELS[label],
        "sex": _SEX.get(cells.get("sex", "").lower(), ""),
        "age_years": years,
    }
