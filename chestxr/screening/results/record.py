"""The record of a screened film: its schema, and how it is written and read."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from chestxr.io.result_files import RESULT_ENDINGS, result_file
from chestxr.utils.atomic import write_text

__all__ = ["FilmRecord", "picture_path", "read_record", "remove_results", "write_record"]

_RECORDS = "records"


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
    at_detector : bool
        The spacing is that of the detector: the film stands nearer to the tube, and everything is a little smaller.
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
    at_detector: bool
    zones: dict[str, float]
    outlines: dict[str, str]
    picture: list[int]
    files: list[str]
    seconds: float


def write_record(out: Path, film: str, record: FilmRecord) -> None:
    """Write a film's record, a JSON file below the folder of the results."""
    write_text(_path(out, film, ".json"), json.dumps(asdict(record), default=float))


def read_record(out: Path, film: str) -> FilmRecord | None:
    """Return a film's record, or None if there is none that can be read."""
    try:
        return FilmRecord(**json.loads(_path(out, film, ".json").read_text()))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


def picture_path(out: Path, film: str) -> Path:
    """Return where the small picture of a film is."""
    return _path(out, film, ".webp")


def remove_results(out: Path, film: str) -> None:
    """Remove the results of a film that an earlier run left, so that they are not taken for new ones."""
    # The record first: if this is interrupted, the film is not taken for done.
    for path in (_path(out, film, ".json"), picture_path(out, film)):
        path.unlink(missing_ok=True)
    for ending in RESULT_ENDINGS:
        result_file(out, film, ending).unlink(missing_ok=True)


def _path(out: Path, film: str, ending: str) -> Path:
    return out / _RECORDS / f"{film}{ending}"
