"""Films of an archive screened, and segmentation and report stored beside them."""

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
from chestxr.dicomweb.session import DicomWebError
from chestxr.io.dicom.header import read_header
from chestxr.io.dicom.structured_report import report_uid
from chestxr.io.dicom.uid import check_uid_root
from chestxr.io.result_files import REPORT, SEGMENTATION, result_file
from chestxr.screening.local.pool import FilmPool
from chestxr.screening.results.key import key_of, settings_of
from chestxr.screening.results.record import FilmRecord, read_record
from chestxr.utils.atomic import remove_partial_files, write_text
from chestxr.utils.errors import FilmError

__all__ = ["PacsScreener", "Worklist"]


@dataclass
class Worklist:
    """
    What an archive holds of the films that were asked for.

    Attributes
    ----------
    waiting : list of FilmReference
        Films without an answer by these models.
    answered : int
        Films that have one.
    unreadable : int
        Films that these models could not read; a note in ``unreadable/`` says why.
    skipped : Skipped
        Series and films that the archive cannot be asked for, or fails over.
    """

    waiting: list[FilmReference] = field(default_factory=list)
    answered: int = 0
    unreadable: int = 0
    skipped: Skipped = field(default_factory=Skipped)


class PacsScreener:
    """
    Answer an archive's films, each once by every version of the models.

    The archive itself tells what is answered: it holds the report, whose identifier follows from the film's and the
    models'. A film is fetched, screened, answered by segmentation, then report, and what names the patient is removed
    here. Whatever stops in between, the server or this process, the next pass goes on from what stands, and objects
    made twice are one object.

    Parameters
    ----------
    archive : chestxr.dicomweb.DicomWebClient
        Where films come from and answers go to.
    out : pathlib.Path
        Folder of masks and records, under hashes of the films' identifiers.
    bundle : pathlib.Path
        The screening bundle.
    **overrides
        Entries of the bundle's inference.json that differ.

    Raises
    ------
    ValueError
        If the root of identifiers is none, or the bundle cannot be opened.
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
        """End the process that screens the films."""
        self._pool.close()

    def find(self, since: date) -> Worklist:
        """
        Find films without an answer, and count the others.

        Raises
        ------
        DicomWebError
            If the archive does not answer.
        """
        found, watch = Worklist(), CircuitBreaker()
        for film in self.archive.films(since, found.skipped):
            with watch.record(found.skipped):
                self._sort(film, found)
        return found

    def answer(self, films: list[FilmReference]) -> Iterator[FilmError | DicomWebError | None]:
        """
        Screen and answer films; give for each None, or why it has no answer.

        Ends early when the archive is away for several films in a row, not when it fails over these films: others
        would wait behind them for ever.
        """
        watch = CircuitBreaker()
        for film in films:
            outcome: FilmError | DicomWebError | None
            try:
                outcome = self._answer(film)
            except DicomWebError as error:
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
        """Say whether the objects that a record tells of are still to be had."""
        return made[-1].is_file() and all(path.is_file() for path in made if path.name in record.files)

    def _missing_answer(self, name: str, made: list[Path]) -> FilmError | None:
        """Say why a film that was screened has no report."""
        if made[-1].is_file():
            return None
        record = read_record(self.out, name)
        flags = record.row["reason"] if record is not None else "no record"
        return FilmError(name, f"a film without a report ({flags})", "a film as an archive keeps it", "export it again")

    def _objects(self, name: str) -> list[Path]:
        """Return where a film's segmentation and report are made."""
        return [result_file(self.out, name, ending) for ending in (SEGMENTATION, REPORT)]

    def _forget_objects(self, name: str) -> None:
        """Remove a film's segmentation and report, which name the patient."""
        for path in self._objects(name):
            path.unlink(missing_ok=True)

    def _forget_films(self) -> None:
        """Remove what a pass that was killed left here of the films themselves: it names the patient."""
        if (self.out / "fetched").exists():
            shutil.rmtree(self.out / "fetched")
        remove_partial_files(self.out)

    def _unreadable(self, film: FilmReference) -> Path:
        """Return the note that says why a film cannot be screened by these models."""
        return self.out / "unreadable" / f"{_name(film)}-{self.key[:12]}.txt"


def _check_asked_for(copy: Path, film: FilmReference) -> None:
    """Refuse a film that is not the one that was asked for: its answer would be another patient's."""
    header = read_header(copy)
    if (header.StudyInstanceUID, header.SOPInstanceUID) != (film.study, film.instance):
        found, expected = "another film than was asked for", "the one that the archive lists"
        raise FilmError(copy, found, expected, "ask its administrator")


def _name(film: FilmReference) -> str:
    """Name a film's files by a hash: identifiers stay in the archive."""
    return hashlib.sha256(film.instance.encode()).hexdigest()[:24]
