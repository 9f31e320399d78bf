"""Record of a screened film: schema, reading and writing."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from chestxr.io.result_files import RESULT_ENDINGS, result_file
from chestxr.utils.atomic import write_text
from chestxr.utils.lesion_mark import LesionMark

__all__ = ["FilmRecord", "full_size_path", "preview_path", "read_record", "remove_results", "write_record"]

_RECORDS, _PICTURES = "records", "pictures"


@dataclass(frozen=True)
class FilmRecord:
    """
    Results of a screened film.

    Attributes
    ----------
    key : str
        Hash of the models and settings, as returned by :py:func:`.key.key_of`.
    film_sha256 : str
        SHA-256 of the film's file.
    row : dict
        Row of the film in the table.
    size : list of int
        Width and height of the film in pixels.
    spacing_mm : list of float or None
        Spacing of columns and rows in mm; None if the film states none.
    at_detector : bool
        Whether the spacing is that at the detector: the patient is nearer to the tube, so structures are a little
        smaller than measured.
    view : str
        View of the film in words, as :py:class:`chestxr.transforms.ClassifyViewd` found it; "" if it was not checked.
    study_date : str
        Day of the study as 2026-11-30; "" if it is unknown, or if no other result of the film contains it.
    evidence : dict of str to list of str
        Strongest evidence in words, as :py:func:`chestxr.tuberculosis.reasons.evidence` returns it; empty if there is
        no score.
    marks : list of LesionMark
        Likely lesion marks, the most suspicious first.
    zones : dict of str to float
        Log odds by zone; empty if there is no score.
    outlines : dict of str to str
        SVG paths of the contours of lungs and zones, in pixels of the preview.
    preview : list of int or None
        Width and height of the preview in pixels; None if no report will show the film.
    files : list of str
        Names of the result files of the film.
    seconds : float
        Processing time in seconds.
    """

    key: str
    film_sha256: str
    row: dict
    size: list[int]
    spacing_mm: list[float] | None
    at_detector: bool
    view: str
    study_date: str
    evidence: dict[str, list[str]]
    marks: list[LesionMark]
    zones: dict[str, float]
    outlines: dict[str, str]
    preview: list[int] | None
    files: list[str]
    seconds: float


def write_record(out: Path, film: str, record: FilmRecord) -> None:
    """Write the record of a film, a JSON file in the folder of the results."""
    write_text(_path(out, film, ".json"), json.dumps(asdict(record), default=float))


def read_record(out: Path, film: str) -> FilmRecord | None:
    """Return the record of a film, or None if it is missing or invalid."""
    try:
        content = json.loads(_path(out, film, ".json").read_text())
        return FilmRecord(**content | {"marks": [LesionMark(*mark) for mark in content["marks"]]})
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
        return None


def preview_path(out: Path, film: str) -> Path:
    """Return the path of the preview of a film."""
    return _path(out, film, ".webp")


def full_size_path(out: Path, film: str) -> Path:
    """Return the path of the picture of a film at its full resolution."""
    return out / _PICTURES / f"{film}.jpg"


def remove_results(out: Path, film: str) -> None:
    """Delete stale results of a film."""
    # The record first: without it, an interrupted removal leaves no film that counts as done.
    for path in (_path(out, film, ".json"), preview_path(out, film), full_size_path(out, film)):
        path.unlink(missing_ok=True)
    for ending in RESULT_ENDINGS:
        result_file(out, film, ending).unlink(missing_ok=True)


def _path(out: Path, film: str, ending: str) -> Path:
    return out / _RECORDS / f"{film}{ending}"
