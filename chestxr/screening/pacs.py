"""Screening of films in a PACS: worklist, retrieval, and storage of segmentation and report."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from chestxr.dicomweb.client import DicomWebClient, FilmReference
from chestxr.dicomweb.outages import CircuitBreaker, Skipped
from chestxr.io.dicom.header import read_header
from chestxr.utils.archive_errors import ArchiveError
from chestxr.utils.atomic import write_text
from chestxr.utils.errors import FilmError

from .destination import Destination
from .single_films import SingleFilms, film_name

__all__ = ["PacsScreener", "Worklist"]


@dataclass
class Worklist:
    """
    Films of a PACS query, by status.

    Attributes
    ----------
    waiting : list of FilmReference
        Films without a report by these models.
    answered : int
        Number of films with a report.
    unreadable : int
        Number of films that these models could not read; a file in ``unreadable/`` holds the reason.
    skipped : Skipped
        Series and films without a valid UID, or for which a request failed.
    """

    waiting: list[FilmReference] = field(default_factory=list)
    answered: int = 0
    unreadable: int = 0
    skipped: Skipped = field(default_factory=Skipped)


class PacsScreener:
    """
    Screen the films of a PACS once per version of the models, and store the results there or elsewhere.

    The PACS itself holds the state: a film is done if its report is stored, whose UID is derived from the UID of the
    film and the models. A film is retrieved and screened, the segmentation is stored, then the report, and local files
    that identify the patient are removed. If the server or this process stops in between, the next pass resumes;
    objects that are created twice have the same UID. Results sent elsewhere are also noted in ``sent/``.

    Parameters
    ----------
    archive : chestxr.dicomweb.DicomWebClient
        Client of the PACS.
    out : pathlib.Path
        Folder of masks and records, named by hashes of the films' UIDs.
    bundle : pathlib.Path
        Folder of the screening bundle.
    destination : Destination, optional
        Where results are sent; by default to the PACS.
    **overrides
        Entries of the bundle's inference.json that differ.

    Raises
    ------
    ValueError
        If the UID root is invalid, or the bundle cannot be opened.
    """

    def __init__(
        self, archive: DicomWebClient, out: Path, bundle: Path, destination: Destination | None = None, **overrides: Any
    ) -> None:
        self.archive, self.out = archive, out
        self._elsewhere = destination is not None
        self._films = SingleFilms(out, bundle, destination or archive, **overrides)
        self._forget_fetched()

    def close(self) -> None:
        """Stop the worker process."""
        self._films.close()

    def drift(self) -> str:
        """Return a warning if the last block of films was unlike those that the models were set on, once; else ""."""
        return self._films.drift.take_warning()

    def find(self, since: date) -> Worklist:
        """
        Query films without a report, and count the others.

        Parameters
        ----------
        since : datetime.date
            Earliest study date.

        Raises
        ------
        ArchiveError
            If the PACS is unavailable.
        """
        found, watch = Worklist(), CircuitBreaker()
        for film in self.archive.films(since, found.skipped):
            with watch.record(found.skipped):
                self._sort(film, found)
        return found

    def answer(self, films: list[FilmReference]) -> Iterator[FilmError | ArchiveError | None]:
        """
        Screen films and store their results; yield None or the error of each film.

        Stops early if the PACS is unavailable for several films in a row, but not if it fails for single films, which
        would block all others.
        """
        watch = CircuitBreaker()
        for film in films:
            outcome: FilmError | ArchiveError | None
            try:
                outcome = self._answer(film)
            except ArchiveError as error:
                outcome = error
            yield outcome
            if watch.should_stop(outcome):
                return

    def _sort(self, film: FilmReference, found: Worklist) -> None:
        name = film_name(film.instance)
        sent = self._elsewhere and self._films.is_sent(name)
        if sent or self.archive.holds(film.study, self._films.report_uid(film.instance)):
            found.answered += 1
            self._films.forget_objects(name)
        elif self._unreadable(name).exists():
            found.unreadable += 1
        else:
            found.waiting.append(film)

    def _answer(self, film: FilmReference) -> FilmError | None:
        name = film_name(film.instance)
        copy = self.out / "fetched" / f"{name}.dcm"
        try:
            failure = self._films.answer(name, lambda: self._fetch(film, copy))
        finally:
            copy.unlink(missing_ok=True)
        if failure is not None:
            if failure.lasting:
                write_text(self._unreadable(name), str(failure))
        elif self._elsewhere:
            self._films.mark_sent(name)
        return failure

    def _fetch(self, film: FilmReference, copy: Path) -> Path:
        copy.parent.mkdir(parents=True, exist_ok=True)
        self.archive.fetch(film, copy)
        _check_asked_for(copy, film)
        return copy

    def _forget_fetched(self) -> None:
        """Remove retrieved films of a killed pass, which identify the patient."""
        if (self.out / "fetched").exists():
            shutil.rmtree(self.out / "fetched")

    def _unreadable(self, name: str) -> Path:
        """Return the path of the file with the reason why these models cannot screen a film."""
        return self.out / "unreadable" / f"{name}-{self._films.key[:12]}.txt"


def _check_asked_for(copy: Path, film: FilmReference) -> None:
    """Check the UIDs of a retrieved film: results of another film could be stored for the wrong patient."""
    header = read_header(copy)
    if (header.StudyInstanceUID, header.SOPInstanceUID) != (film.study, film.instance):
        found, expected = "another film than was asked for", "the one that the archive lists"
        raise FilmError(copy, found, expected, "ask its administrator")
