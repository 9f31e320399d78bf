"""What a user knows of the films in a folder of their own: ``collection.csv``."""

import math
from collections.abc import Collection
from pathlib import Path

from .user_table import read_user_table

__all__ = ["COLLECTION_TABLE", "read_collection_table"]

COLLECTION_TABLE = "collection.csv"
_LABELS = {"0": 0, "1": 1, "": None}
_SEX = {"m": "M", "male": "M", "f": "F", "female": "F"}


def read_collection_table(path: Path, films: Collection[Path]) -> dict[Path, dict]:
    """
    Read the table that tells site, patient and label of the films in a folder.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file with a column ``image``, the film's path from the file's folder, and any of ``site``, ``patient``
        (the same for all films of a patient), ``tuberculosis`` (0 or 1), ``sex`` (F or M), ``age_years``,
        ``reading``. An empty cell means unknown, as does a film without a line; other columns are left alone. The file
        may be missing.
    films : collection of pathlib.Path
        The folder's films.

    Returns
    -------
    dict of pathlib.Path to dict
        What is known of each film, as :py:class:`Film` takes it.

    Raises
    ------
    ValueError
        If the file is no table in UTF-8, has no column ``image``, lists a film twice or one that is not among
        `films`, or has a label or an age that is no number.
    """
    if not path.is_file():
        return {}
    known: dict[Path, dict] = {}
    for where, cells in read_user_table(path, "image"):
        if not cells["image"]:
            raise ValueError(f"{where}: found no film; expected its path in the column image; correct the table")
        image = path.parent / cells["image"]
        if image in known:
            raise ValueError(
                f"{where}: found the film of an earlier line; expected one line for each; correct the table"
            )
        # Left alone, its patient would be unknown, and might be learnt from and tested on.
        if image not in films:
            raise ValueError(
                f"{where}: found none of the folder's films; expected a film's path from this folder; correct the table"
            )
        known[image] = _facts(cells, where)
    return known


def _facts(cells: dict[str, str], where: str) -> dict:
    """Turn a row's cells into what a film is made with."""
    facts = {name: cells[name] for name in ("site", "patient", "reading") if cells.get(name)}
    label, age = cells.get("tuberculosis", ""), cells.get("age_years", "")
    if label not in _LABELS:
        raise ValueError(f"{where}: found no label under tuberculosis; expected 0, 1 or nothing; correct the table")
    try:
        years = float(age) if age else math.nan
    except ValueError:
        raise ValueError(f"{where}: found age_years that are no number; expected one; correct the table") from None
    return facts | {
        "tuberculosis": _LABELS[label],
        "sex": _SEX.get(cells.get("sex", "").lower(), ""),
        "age_years": years,
    }
