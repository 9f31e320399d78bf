"""Cross-reference a collection's films and masks, and find what is wrong with it."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from chestxr.io import FilmError, read_film, read_mask

from .catalogue import Catalogue
from .film import Film

__all__ = ["COUNTS", "CheckReport", "Problem", "check_collection"]

COUNTS = ("films", "masks", "pairs", "without mask", "size mismatch", "unreadable", "duplicate")


@dataclass(frozen=True)
class Problem:
    """
    Something wrong with one file.

    Attributes
    ----------
    kind : str
        "unreadable", "size mismatch", "duplicate" or "mask without film".
    path : pathlib.Path
        The file.
    detail : str
        What is wrong, in words.
    """

    kind: str
    path: Path
    detail: str


@dataclass
class CheckReport:
    """
    What a check found.

    Attributes
    ----------
    counts : dict of (str, str) to collections.Counter
        Counts by site and label ("normal", "tuberculosis", "unknown"), under the names in ``COUNTS``.
    masks_without_film : int
        Number of masks that belong to no film.
    problems : list of Problem
        All that makes the collection unclean. A film without a mask is no problem: it is only counted.
    """

    counts: dict[tuple[str, str], Counter] = field(default_factory=dict)
    masks_without_film: int = 0
    problems: list[Problem] = field(default_factory=list)


def check_collection(catalogue: Catalogue) -> Iterator[CheckReport]:
    """
    Read every film and mask, and report what is wrong.

    Two films are duplicates when their pixels are equal, whatever their files are called.

    Parameters
    ----------
    catalogue : Catalogue
        The collection.

    Yields
    ------
    CheckReport
        The same report after every film, so that a caller can show progress; the last one is complete.
    """
    report = CheckReport(masks_without_film=len(catalogue.masks_without_film))
    report.problems += [
        Problem("mask without film", path, "no film of that name") for path in catalogue.masks_without_film
    ]
    first_with: dict[str, Path] = {}
    for film in catalogue.films:
        found = list(_problems_of(film, first_with))
        report.problems += found
        report.counts.setdefault((film.site, _label(film)), Counter()).update(_count(film, found))
        yield report


def _problems_of(film: Film, first_with: dict[str, Path]) -> Iterator[Problem]:
    """Read one film with its masks; note its pixels among those seen."""
    pixels = mask = None
    try:
        pixels, _ = read_film(film.image)
    except FilmError as error:
        yield Problem("unreadable", film.image, str(error))
    if film.masks:
        try:
            mask, _ = read_mask(film.masks)
        except FilmError as error:
            yield Problem("unreadable", film.masks[0], str(error))
    if pixels is not None and mask is not None and pixels.shape != mask.shape:
        sizes = f"mask {mask.shape[0]} x {mask.shape[1]}, film {pixels.shape[0]} x {pixels.shape[1]} pixels"
        yield Problem("size mismatch", film.masks[0], sizes)
    if pixels is not None:
        original = first_with.setdefault(_digest(pixels), film.image)
        if original != film.image:
            yield Problem("duplicate", film.image, f"same pixels as {original.name}")


def _digest(pixels: np.ndarray) -> str:
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()


def _label(film: Film) -> str:
    return {0: "normal", 1: "tuberculosis", None: "unknown"}[film.tuberculosis]


def _count(film: Film, problems: list[Problem]) -> Counter:
    """Count one film under the names in ``COUNTS``."""
    kinds = Counter(problem.kind for problem in problems)
    masked = bool(film.masks)
    counts = {"films": 1, "masks": len(film.masks), "pairs": int(masked), "without mask": int(not masked)}
    return Counter(counts | {kind: kinds[kind] for kind in ("size mismatch", "unreadable", "duplicate")})
