"""Records that `chestxr.handlers.FilmRecords` wrote: what is done, and what was found."""

import json
from dataclasses import dataclass
from pathlib import Path

__all__ = ["RESULT_ENDINGS", "FilmRecord", "read_record", "remove_results"]

# Behind a film's name and an underscore.
RESULT_ENDINGS = ("lungs.png", "overlay.png", "zones.png", "seg.dcm", "sr.dcm")


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


def read_record(folder: Path, film: str) -> FilmRecord | None:
    """Return a film's record, None if there is none that can be read."""
    try:
        return FilmRecord(**json.loads((folder / f"{film}.json").read_text()))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


def remove_results(out: Path, film: str) -> None:
    """Remove what an earlier run wrote of a film, of other content or by other models: it must not pass for new."""
    # The record first: what is left when this is stopped is not taken for done.
    for path in (out / "records" / f"{film}.json", out / "records" / f"{film}.webp"):
        path.unlink(missing_ok=True)
    for ending in RESULT_ENDINGS:
        (out / f"{film}_{ending}").unlink(missing_ok=True)
