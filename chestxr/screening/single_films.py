"""Screening of single films as they are found or received, and storage of their DICOM results."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chestxr.bundle.entry import bundle_entry
from chestxr.io.dicom.structured_report import report_uid
from chestxr.io.dicom.uid import check_uid_root
from chestxr.io.result_files import DICOM_ENDINGS, result_file
from chestxr.screening.local.pool import FilmPool
from chestxr.screening.results.key import key_of, settings_of
from chestxr.screening.results.record import FilmRecord, read_record
from chestxr.utils.atomic import remove_partial_files, write_text
from chestxr.utils.errors import FilmError

from .destination import Destination
from .drift import DriftWatch

__all__ = ["SingleFilms", "film_name"]


class SingleFilms:
    """
    Screen one film at a time in a process of its own, and store its results in an archive.

    Parameters
    ----------
    out : pathlib.Path
        Folder of masks and records, named by :py:func:`film_name`.
    bundle : pathlib.Path
        Folder of the screening bundle.
    destination : Destination
        Where DICOM results are stored.
    **overrides
        Entries of the bundle's inference.json that differ.

    Raises
    ------
    ValueError
        If the UID root is invalid, or the bundle cannot be opened.

    Attributes
    ----------
    drift : DriftWatch
        Whether the latest films are like those that the classifier or the site's files were set on.
    """

    def __init__(self, out: Path, bundle: Path, destination: Destination, **overrides: Any) -> None:
        overrides = overrides | {"save_dicom": True}
        self.out = out
        self._destination = destination
        self._algorithm, self._uid_root = (
            bundle_entry(bundle, name, **overrides) for name in ("algorithm", "uid_root")
        )
        check_uid_root(self._uid_root)
        self.key = key_of(settings_of(bundle, overrides))
        self._pool = FilmPool(bundle, overrides, out, self.key, processes=1, for_report=False)
        self._pool.open()
        remove_partial_files(out)
        self.drift = DriftWatch(out / "drift.json", self.key, bundle, **overrides)

    def close(self) -> None:
        """Stop the worker process."""
        self._pool.close()

    def report_uid(self, instance: str) -> str:
        """Return the SOP Instance UID of the report of a film."""
        return report_uid(instance, self._algorithm, self._uid_root)

    def answer(self, name: str, get: Callable[[], Path]) -> FilmError | None:
        """
        Screen a film unless its results wait to be stored, store them, and remove them here; return its error, or None.

        Parameters
        ----------
        name : str
            The film's name, as returned by :py:func:`film_name`.
        get : callable
            Returns the film's file. It may raise FilmError or ArchiveError.

        Raises
        ------
        ArchiveError
            If the film cannot be fetched or its results cannot be stored.
        OSError, ChildProcessError
            If results cannot be written, or no process can be started.
        """
        made = self._objects(name)
        record = read_record(self.out, name)
        if record is None or record.key != self.key or not self._all_there(record, made):
            failure = self._screen(name, get) or self._missing_answer(name, made)
            if failure is not None:
                self.forget_objects(name)
                return failure
            self._watch(name)
        for path in made:
            if path.is_file():
                self._destination.store_once(path)
        self.forget_objects(name)
        return None

    def mark_sent(self, name: str) -> None:
        """Note that the results of a film by these models are at their destination, which cannot be asked for them."""
        write_text(self._sent(name), "")

    def is_sent(self, name: str) -> bool:
        """Return whether the results of a film by these models are noted as sent to this destination."""
        return self._sent(name).exists()

    def forget_objects(self, name: str) -> None:
        """Remove a film's DICOM results, which identify the patient."""
        for path in self._objects(name):
            path.unlink(missing_ok=True)

    def _screen(self, name: str, get: Callable[[], Path]) -> FilmError | None:
        self.forget_objects(name)
        try:
            return self._pool.screen_film({"film": name, "image": str(get())})
        except FilmError as error:
            return error

    def _watch(self, name: str) -> None:
        record = read_record(self.out, name)
        if record is not None:
            self.drift.add(record.row["outlying_features"])

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

    def _sent(self, name: str) -> Path:
        """Return the path of the note that a film's results were sent."""
        what = hashlib.sha256(f"{self.key} {self._destination.server}".encode()).hexdigest()
        return self.out / "sent" / f"{name}-{what[:12]}"


def film_name(instance: str) -> str:
    """Return the file name of a film, a hash of its SOP Instance UID, so that no UID is stored outside the archive."""
    return hashlib.sha256(instance.encode()).hexdigest()[:24]
