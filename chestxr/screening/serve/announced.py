"""Read and check the list of films that a page announces before it sends them."""

import json
from dataclasses import dataclass
from pathlib import PurePosixPath

from chestxr.data.film_name import may_be_film
from chestxr.utils.text import escape_path

__all__ = ["AnnouncedFilm", "is_left_out", "read_announced"]

_LONGEST_NAME = 300


@dataclass(frozen=True)
class AnnouncedFilm:
    """A film to be sent: the path of its file below what was dropped, and its size in bytes."""

    name: str
    size: int


def read_announced(content: bytes) -> list[AnnouncedFilm]:
    """
    Read a list of films, JSON with ``name`` and ``size`` of each.

    Raises
    ------
    ValueError
        If the content is anything else.
    """
    try:
        listed = json.loads(content)
        return [AnnouncedFilm(_name(entry["name"]), _size(entry["size"])) for entry in listed]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValueError("expected a list of files with name and size") from error


def is_left_out(name: str) -> bool:
    """
    Return whether a file of a dropped folder is no film by its name.

    The rules are those for a folder on the command line; a file that was dropped by itself is never left out.
    """
    path = PurePosixPath(name)
    if len(path.parts) == 1:
        return False
    below = path.relative_to(path.parts[0])
    return not may_be_film(below) or (below.parts[0] == "masks" and len(below.parts) > 1)


def _name(name: str) -> str:
    if not name:
        raise ValueError
    return escape_path(name)[-_LONGEST_NAME:]


def _size(size: int) -> int:
    if not isinstance(size, int) or size < 0:
        raise ValueError
    return size
