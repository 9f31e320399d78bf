"""Records that `chestxr.handlers.FilmRecords` wrote: what is done, and what was found."""

import json
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FilmRecord", "read_record"]


@dataclass(frozen=True)
class FilmRecord:
    """
    A screened film.

    Attributes
    ----------
    key : str
        What the result depends on beside the film.
    film_sha256 : str
        The film's content.
    row : dict
        Its row in the table.
    size : list of int
        The film's width and height in pixels.
    spacing_mm : list of float or None
        Between columns and rows; None if the film states none.
    zones : dict of str to float
        Log odds by zone; empty if there is no score.
    outlines : dict of str to str
        SVG paths of lungs and zones on the small picture.
    picture : list of int
        Width and height of the small picture.
    files : list of str
        What was written of the film beside the record.
    seconds : float
        How long the film took.
    """

    key: str
    film_sha256: str
    row: dict
    size: list[int]
    spacing_mm: list[float] | None
    zones: dict[str, float]
    outlines: dict[str, str]
    picture: list[int]
    files: list[str]
    seconds: float


def read_record(folder: Path, film: str) -> FilmRecord | None:
    """Return a film's record, None if there is none that can be read."""
    try:
        return FilmRecord(**json.loads((folder / f"{film}.json").read_text()))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None
