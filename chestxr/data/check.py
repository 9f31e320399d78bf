"""Check a collection's films and masks for problems."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from chestxr.io import read_film, read_mask
from chestxr.utils.errors import FilmError

from .collection import Collection
from .film import Film
from .film_name import film_name
from .public_name import read_public_name

__all__ = ["COUNTS", "CheckReport", "Problem", "check_collection"]

COUNTS = (
    "films",
    "masks",
    "pairs",
    "without mask",
    "mask without film",
    "size mismatch",
    "unreadable",
    "duplicate",
)


@dataclass(frozen=True)
class Problem:
    """
    A problem with one file.

    Attributes
    ----------
    kind : str
        "unreadable", "size mismatch", "duplicate" or "mask without film".
    path : pathlib.Path
        The file.
    detail : str
        Description of the problem.
    """

    kind: str
    path: Path
    detail: str


@dataclass
class CheckReport:
    """
    The result of a collection check.

    Attributes
    ----------
    counts : dict of (str, str) to collections.Counter
        Counts by site and label ("normal", "tuberculosis", "unknown"), under the names in ``COUNTS``.
    problems : list of Problem
        All problems found. A film without a mask is not a problem: it is only counted.
    """

    counts: dict[tuple[str, str], Counter] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, site: str, tuberculosis: int | None, counts: dict[str, int], problems: list[Problem]) -> None:
        """Add one film, or one mask without a film."""
        label = {0: "normal", 1: "tuberculosis", None: "unknown"}[tuberculosis]
        kinds = Counter(problem.kind for problem in problems)
        self.counts.setdefault((site, label), Counter()).update(Counter(counts) + kinds)
        self.problems += problems


def check_collection(collection: Collection) -> Iterator[CheckReport]:
    """
    Read every film and mask, and report problems.

    Two films are duplicates when their pixels are equal, regardless of their file names. A mask without a film is
    counted under the site and label in its file name.

    Parameters
    ----------
    collection : Collection
        The collection.

    Yields
    ------
    CheckReport
        The same report after every film, so that a caller can show progress; complete after the last film.
    """
    report = CheckReport()
    for mask in collection.masks_without_film:
        name = read_public_name(film_name(mask).removesuffix("_mask"), collection.root.name)
        problem = Problem(
            "mask without film", mask, "no film of this name, no mask of the other lung, or a second mask of a film"
        )
        report.add(name["site"], name["tuberculosis"], {}, [problem])
    first_with: dict[str, Path] = {}
    for film in collection.films:
        report.add(film.site, film.tuberculosis, _counts(film), list(_problems_of(film, first_with)))
        yield report


def _counts(film: Film) -> dict[str, int]:
    masked = bool(film.masks)
    return {"films": 1, "masks": len(film.masks), "pairs": int(masked), "without mask": int(not masked)}


def _problems_of(film: Film, first_with: dict[str, Path]) -> Iterator[Problem]:
    """Read one film with its masks; record its pixels' hash."""
    pixels = mask = None
    try:
        pixels, _ = read_film(film.image)
    except (FilmError, OSError) as error:
        yield _unreadable(error, film.image)
    if film.masks:
        try:
            mask, _ = read_mask(film.masks)
        except (FilmError, OSError) as error:
            yield _unreadable(error, film.masks[0])
    if pixels is not None and mask is not None and pixels.shape != mask.shape:
        sizes = f"mask {mask.shape[0]} x {mask.shape[1]}, film {pixels.shape[0]} x {pixels.shape[1]} pixels"
        yield Problem("size mismatch", film.masks[0], sizes)
    if pixels is not None:
        original = first_with.setdefault(_digest(pixels), film.image)
        if original != film.image:
            yield Problem("duplicate", film.image, f"same pixels as {original}")


def _unreadable(error: FilmError | OSError, path: Path) -> Problem:
    if isinstance(error, FilmError):
        return Problem("unreadable", Path(error.path), f"{error.found}; expected {error.expected}; {error.remedy}")
    return Problem("unreadable", path, error.strerror or "cannot be opened")


def _digest(pixels: np.ndarray) -> str:
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
