"""Read lists of films (.txt, .csv, .json)."""

import json
import os
from pathlib import Path
from typing import TypeGuard

from .user_table import read_user_table, read_user_text

__all__ = ["is_film_list", "read_film_list"]


def is_film_list(path: Path) -> bool:
    """Return whether a file's extension is that of a film list."""
    return path.suffix.lower() in _READERS


def read_film_list(path: Path) -> list[str]:
    """
    Read the paths that a file lists.

    Parameters
    ----------
    path : pathlib.Path
        ``.txt`` with one path per line, ``.csv`` with a column ``image``, ``.json`` with a list of paths or of items
        with ``image``; in UTF-8.

    Returns
    -------
    list of str
        The paths as written in the file.

    Raises
    ------
    ValueError
        If the file has another format.
    """
    return _READERS[path.suffix.lower()](path)


def _in_lines(path: Path) -> list[str]:
    return [line.strip() for line in read_user_text(path).splitlines() if line.strip()]


def _in_table(path: Path) -> list[str]:
    images = []
    for where, row in read_user_table(path, "image"):
        if not row["image"]:
            raise ValueError(f"{where}: found no film; expected its path in the column image; correct the file")
        images.append(row["image"])
    return images


def _in_json(path: Path) -> list[str]:
    text = read_user_text(path)
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        raise ValueError(
            f"{path}: found no list of films; expected JSON, a list of paths or of items with image; correct it"
        )
    images = []
    for number, entry in enumerate(listed, start=1):
        image = entry.get("image") if isinstance(entry, dict) else entry
        if not _is_path(image):
            raise ValueError(f"{path}, entry {number}: found no film; expected a valid file path; correct it")
        images.append(image)
    return images


def _is_path(image: object) -> TypeGuard[str]:
    """Return whether a value is a valid path: JSON strings may contain characters that no file system accepts."""
    try:
        return isinstance(image, str) and image != "" and b"\0" not in os.fsencode(image)
    except UnicodeEncodeError:
        return False


_READERS = {".txt": _in_lines, ".csv": _in_table, ".json": _in_json}
