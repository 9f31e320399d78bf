"""Films of an archive screened, and segmentation and report stored beside them."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pydicom

from chestxr.bundles.open_bundle import OpenBundle
from chestxr.io import FilmError, whole_file, write_text
from chestxr.io.dicom_header import quiet_dicom
from chestxr.io.dicom_report import report_uid
from chestxr.io.dicom_uids import derived_uid
from chestxr.screening import FilmRecord, read_record
from chestxr.screening.run import recorded
from chestxr.screening.settings import algorithm_of, key_of, settings_of

from .archive import Archive, ArchiveError, FilmReference

__all__ = ["ArchiveScreening"]


class ArchiveScreening:
    """
    Answer an archive's films, each once by every version of the models.

    The archive itself tells what is answered: it holds the report, whose identifier follows from the film's and the
    models'. A film is fetched, screened, answered by segmentation, then report, and what names the patient is removed
    here. Whatever stops in between, the server or this process, the next pass goes on from what stands, and objects
    made twice are one object.

    Parameters
    ----------
    archive : Archive
        Where films come from and answers go to.
    out : pathlib.Path
        Folder of masks and records, under hashes of the films' identifiers.
    bundle : pathlib.Path
        The screening bundle.
    uid_root : str, optional
        Prefix of new identifiers.
    site_scale : str or None, optional
        What ``chestxr tb adapt`` wrote for the site.
    """

    def __init__(
        self, archive: Archive, out: Path, bundle: Path, uid_root: str = "2.25", site_scale: str | None = None
    ) -> None:
        derived_uid(uid_root, "refused here, if at all")
        self.archive, self.out = archive, out
        self.algorithm, self.uid_root = algorithm_of(bundle, site_scale), uid_root
        knobs = {"save_dicom": True, "uid_root": uid_root, "site_scale": site_scale}
        self.key = key_of(settings_of(bundle, knobs))
        self._bundle = OpenBundle(bundle, **recorded(out, self.key), **knobs)

    def waiting(self, since: date) -> tuple[list[FilmReference], int]:
        """
        List films without an answer, but those that could not be read; and count the answered ones.

        Raises
        ------
        ArchiveError
            If the archive does not answer.
        """
        waiting, answered = [], 0
        for film in self.archive.films(since):
            if self.archive.holds(film.study, report_uid(film.instance, self.algorithm, self.uid_root)):
                answered += 1
            elif not self._unreadable(film).exists():
                waiting.append(film)
        return waiting, answered

    def answer(self, films: list[FilmReference]) -> Iterator[FilmError | ArchiveError | None]:
        """Screen and answer films; give for each None, or why it has no answer."""
        for film in films:
            try:
                yield self._answer(film)
            except ArchiveError as error:
                yield error

    def _answer(self, film: FilmReference) -> FilmError | None:
        name = _name(film)
        made = [self.out / f"{name}_{kind}.dcm" for kind in ("seg", "sr")]
        record = read_record(self.out / "records", name)
        if record is None or record.key != self.key or not self._all_there(record, made):
            failure = self._screen(film, name)
            if failure is not None:
                for path in made:
                    path.unlink(missing_ok=True)
                write_text(self._unreadable(film), str(failure))
                return failure
        for path in made:
            if path.is_file():
                self._store(film, path)
        # They name the patient, and the archive has them now.
        for path in made:
            path.unlink(missing_ok=True)
        return None

    def _screen(self, film: FilmReference, name: str) -> FilmError | None:
        copy = self.out / "fetched" / f"{name}.dcm"
        for stale in self.out.glob(f"{name}_*.dcm"):
            stale.unlink()
        fetched = self.archive.fetch(film)
        try:
            with whole_file(copy) as partial, quiet_dicom():
                fetched.save_as(partial)
        except (ValueError, TypeError, KeyError, AttributeError, NotImplementedError) as error:
            # What such errors say may hold parts of the header.
            found = f"a header that makes no sense ({type(error).__name__})"
            return FilmError(copy, found, "a film as an archive keeps it", "ask its administrator")
        try:
            return self._bundle.run_film({"film": name, "image": str(copy)})
        finally:
            copy.unlink(missing_ok=True)

    def _store(self, film: FilmReference, path: Path) -> None:
        with quiet_dicom():
            dataset = pydicom.dcmread(path)
        if not self.archive.holds(film.study, dataset.SOPInstanceUID):
            self.archive.store([dataset])
            if not self.archive.holds(film.study, dataset.SOPInstanceUID):
                raise ArchiveError(f"{self.archive.server}: took an object and does not hold it")

    @staticmethod
    def _all_there(record: FilmRecord, made: list[Path]) -> bool:
        """Say whether the objects that a record tells of are still to be had."""
        told = [path for path in made if path.name in record.files]
        return bool(told) and all(path.is_file() for path in told)

    def _unreadable(self, film: FilmReference) -> Path:
        """Return the note that says why a film cannot be screened by these models."""
        return self.out / "unreadable" / f"{_name(film)}-{self.key[:12]}.txt"


def _name(film: FilmReference) -> str:
    """Name a film's files by a hash: identifiers stay in the archive."""
    return hashlib.sha256(film.instance.encode()).hexdigest()[:24]
