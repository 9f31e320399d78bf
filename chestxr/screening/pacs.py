"""Screening of films in a PACS: worklist, retrieval, and storage of segmentation and report."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from chestxr.bundle.entry import bundle_entry
from chestxr.dicomweb.client import DicomWebClient, FilmReference
from chestxr.dicomweb.outages import CircuitBreaker, Skipped
from chestxr.io.dicom.header import read_header
from chestxr.io.dicom.structured_report import report_uid
from chestxr.io.dicom.uid import check_uid_root
from chestxr.io.result_files import DICOM_ENDINGS, result_file
from chestxr.screening.local.pool import FilmPool
from chestxr.screening.results.key import key_of, settings_of
from chestxr.screening.results.record import FilmRecord, read_record
from chestxr.utils.archive_errors import ArchiveError
from chestxr.utils.atomic import remove_partial_files, write_text
from chestxr.utils.errors import FilmError

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
    Screen the films of a PACS once per version of the models, and store the results there.

    The PACS itself holds the state: a film is done if its report is stored, whose UID is derived from the UID of the
    film and the models. A film is retrieved and screened, the segmentation is stored, then the report, and local files
    that identify the patient are removed. If the server or this process stops in between, the next pass resumes;
    objects that are created twice have the same UID.

    Parameters
    ----------
    archive : chestxr.dicomweb.DicomWebClient
        Client of the PACS.
    out : pathlib.Path
        Folder of masks and records, named by hashes of the films' UIDs.
    bundle : pathlib.Path
        Folder of the screening bundle.
    **overrides
        Entries of the bundle's inference.json that differ.

    Raises
    ------
    ValueError
        If the UID root is invalid, or the bundle cannot be opened.
    """

    def __init__(self, archive: DicomWebClient, out: Path, bundle: Path, **overrides: Any) -> None:
        overrides = overrides | {"save_dicom": True}
        self.archive, self.out = archive, out
        self.algorithm, self.uid_root = (bundle_entry(bundle, name, **overrides) for name in ("algorithm", "uid_root"))
        check_uid_root(self.uid_root)
        self.key = key_of(settings_of(bundle, overrides))
        self._pool = FilmPool(bundle, overrides, out, self.key, processes=1)
        self._pool.open()
        self._forget_films()

    def close(self) -> None:
        """Stop the worker process."""
        self._pool.close()

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
        if self.archive.holds(film.study, report_uid(film.instance, self.algorithm, self.uid_root)):
            found.answered += 1
            self._forget_objects(_name(film))
        elif self._unreadable(film).exists():
            found.unreadable += 1
        else:
            found.waiting.append(film)

    def _answer(self, film: FilmReference) -> FilmError | None:
        name = _name(film)
        made = self._objects(name)
        record = read_record(self.out, name)
        if record is None or record.key != self.key or not self._all_there(record, made):
            failure = self._screen(film, name) or self._missing_answer(name, made)
            if failure is not None:
                self._forget_objects(name)
                if failure.lasting:
                    write_text(self._unreadable(film), str(failure))
                return failure
        for path in made:
            if path.is_file():
                self.archive.store_once(path)
        self._forget_objects(name)
        return None

    def _screen(self, film: FilmReference, name: str) -> FilmError | None:
        copy = self.out / "fetched" / f"{name}.dcm"
        self._forget_objects(name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            self.archive.fetch(film, copy)
            _check_asked_for(copy, film)
            return self._pool.screen_film({"film": name, "image": str(copy)})
        except FilmError as error:
            return error
        finally:
            copy.unlink(missing_ok=True)

    @staticmethod
    def _all_there(record: FilmRecord, made: list[Path]) -> bool:
        """Return whether all DICOM objects that a record lists still exist."""
        return made[-1].is_file() and all(path.is_file() for path in made if path.name in record.files)

    def _missing_answer(self, name: str, made: list[Path]) -> FilmError | None:
        """Return the error of a screened film without a report, None if it has one."""
        if made[-1].is_file():
            return None
        record = read_record(self.out, name)
        flags = record.row["reason"] if record is not None else "no record"
        return FilmError(name, f"a film without a report ({flags})", "a film as an archive keeps it", "export it again")

    def _objects(self, name: str) -> list[Path]:
        """Return the paths of a film's DICOM results, the report last."""
        return [result_file(self.out, name, ending) for ending in DICOM_ENDINGS]

    def _forget_objects(self, name: str) -> None:
        """Remove a film's DICOM results, which identify the patient."""
        for path in self._objects(name):
            path.unlink(missing_ok=True)

    def _forget_films(self) -> None:
        """Remove retrieved films of a killed pass, which identify the patient."""
        if (self.out / "fetched").exists():
            shutil.rmtree(self.out / "fetched")
        remove_partial_files(self.out)

    def _unreadable(self, film: FilmReference) -> Path:
        """Return the path of the file with the reason why these models cannot screen a film."""
        return self.out / "unreadable" / f"{_name(film)}-{self.key[:12]}.txt"


def _check_asked_for(copy: Path, film: FilmReference) -> None:
    """Check the UIDs of a retrieved film: results of another film could be stored for the wrong patient."""
    header = read_header(copy)
    if (header.StudyInstanceUID, header.SOPInstanceUID) != (film.study, film.instance):
        found, expected = "another film than was asked for", "the one that the archive lists"
        raise FilmError(copy, found, expected, "ask its administrator")


def _name(film: FilmReference) -> str:
    """Return the file name of a film, a hash, so that no UID is stored outside the PACS."""
    return hashlib.sha256(film.instance.encode()).hexdigest()[:24]
