"""An archive that speaks DICOMweb."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pydicom
from dicomweb_client.api import DICOMwebClient
from pydicom.dataset import Dataset

from chestxr.io.dicom import LATERAL_VIEWS
from chestxr.io.dicom_header import quiet_dicom

from .connection import ArchiveError, RefusedError, open_session, server_of, telling_errors

__all__ = ["Archive", "FilmReference"]

_MODALITIES = ("CR", "DX")
_CHEST = ("CHEST", "THORAX", "LUNG")
_BODY_PART, _VIEW = "00180015", "00185101"
_STUDY, _SERIES, _INSTANCE, _CLASS = "0020000D", "0020000E", "00080018", "00080016"
_FIELDS = ("BodyPartExamined", "ViewPosition")
# A DX image "for processing" is the detector's raw signal; its mate "for presentation" is the film.
_RAW = "1.2.840.10008.5.1.4.1.1.1.1.1"
_PAGE = 500
# DICOM PS3.4, table B.2-1: failures A700 to A7FF.
_OUT_OF_RESOURCES = 0xA7


@dataclass(frozen=True)
class FilmReference:
    """Where an archive keeps a film: its identifiers, which hold no name."""

    study: str
    series: str
    instance: str


class Archive:
    """
    Find, fetch and store by DICOMweb (QIDO-RS, WADO-RS, STOW-RS).

    The server's certificate is verified; ``REQUESTS_CA_BUNDLE`` names the authorities of one's own. Who asks is told by
    the environment, ``CHESTXR_PACS_USER`` and ``CHESTXR_PACS_PASSWORD``, or by a netrc file. What fails for a moment is
    tried again, longer and longer apart.

    Parameters
    ----------
    url : str
        The service's root, such as "https://pacs.example/dicom-web".
    retries : int, optional
        How often to try again before giving up; half a second, one, two ... seconds apart.

    Raises
    ------
    ValueError
        If the address is none, holds a name or a password, or would carry them unencrypted to another machine.
    """

    def __init__(self, url: str, retries: int = 4) -> None:
        self.server = server_of(url)
        self._client = DICOMwebClient(url, session=open_session(url, retries))
        # Its own attempts would multiply those of the session.
        self._client.set_http_retry_params(retry=False)

    def films(self, since: date | None = None) -> Iterator[FilmReference]:
        """
        Find frontal chest radiographs, of studies since a day or of all, as far as their headers tell.

        Films that state another part of the body or a lateral view are left out; films that state nothing are not.
        """
        for modality in _MODALITIES:
            for study, series in self.series(modality, since):
                found = self._all(
                    self._client.search_for_instances,
                    study_instance_uid=study,
                    series_instance_uid=series,
                    fields=_FIELDS,
                )
                for instance in found:
                    if _may_be_frontal_chest(instance):
                        yield FilmReference(study, series, _value(instance, _INSTANCE))

    def series(self, modality: str, since: date | None = None) -> list[tuple[str, str]]:
        """List the identifiers of study and series of a modality, of studies since a day or of all."""
        days = {"StudyDate": f"{since:%Y%m%d}-"} if since else {}
        found = self._all(self._client.search_for_series, search_filters={"Modality": modality} | days)
        return [(_value(entry, _STUDY), _value(entry, _SERIES)) for entry in found]

    def metadata(self, study: str, series: str) -> list[Dataset]:
        """Return what a series' objects hold beside pixels."""
        with quiet_dicom():
            found = self._call(self._client.retrieve_series_metadata, study, series)
            return [Dataset.from_json(entry) for entry in found]

    def fetch_series(self, study: str, series: str) -> list[Dataset]:
        """Fetch a series' objects."""
        with quiet_dicom():
            return self._call(self._client.retrieve_series, study, series)

    def holds(self, study: str, instance: str) -> bool:
        """Say whether a study holds an instance."""
        return bool(
            self._call(
                self._client.search_for_instances,
                study_instance_uid=study,
                search_filters={"SOPInstanceUID": instance},
                limit=1,
            )
        )

    def fetch(self, film: FilmReference) -> Dataset:
        """
        Fetch a film.

        Raises
        ------
        ArchiveError
            If the server does not answer, or what it sends is no DICOM.
        """
        with quiet_dicom():
            return self._call(self._client.retrieve_instance, film.study, film.series, film.instance)

    def store(self, datasets: Sequence[Dataset]) -> None:
        """
        Store objects.

        Raises
        ------
        ArchiveError
            If the server does not take one of them.
        """
        with quiet_dicom():
            answer = self._call(self._client.store_instances, datasets)
        refused = answer.get("FailedSOPSequence") or []
        if refused:
            full = any(item.get("FailureReason", 0) >> 8 == _OUT_OF_RESOURCES for item in refused)
            kind = ArchiveError if full else RefusedError
            raise kind(f"{self.server}: refused {len(refused)} of {len(datasets)} objects; ask its administrator")

    def store_once(self, path: Path) -> None:
        """
        Store an object's file, unless the archive holds the object; see that it does.

        Raises
        ------
        ArchiveError
            If it does not.
        """
        with quiet_dicom():
            made = pydicom.dcmread(path)
        if not self.holds(made.StudyInstanceUID, made.SOPInstanceUID):
            self.store([made])
            if not self.holds(made.StudyInstanceUID, made.SOPInstanceUID):
                raise RefusedError(f"{self.server}: took an object and does not hold it")

    def _all(self, search, **asked) -> list[dict]:
        """Search page by page: servers cap what they give at once."""
        found: list[dict] = []
        while True:
            page = self._call(search, limit=_PAGE, offset=len(found), **asked)
            known = {_key(entry) for entry in found}
            fresh = [entry for entry in page if _key(entry) not in known]
            found += fresh
            if len(page) < _PAGE or not fresh:
                return found

    def _call(self, function, *arguments, **asked):
        with telling_errors(self.server):
            return function(*arguments, **asked)


def _value(entry: dict, tag: str) -> str:
    values = entry.get(tag, {}).get("Value") or [""]
    return str(values[0])


def _key(entry: dict) -> tuple[str, str, str]:
    return _value(entry, _STUDY), _value(entry, _SERIES), _value(entry, _INSTANCE)


def _may_be_frontal_chest(instance: dict) -> bool:
    part, view = _value(instance, _BODY_PART).upper(), _value(instance, _VIEW).upper()
    chest = not part or any(name in part for name in _CHEST)
    return chest and view not in LATERAL_VIEWS and _value(instance, _CLASS) != _RAW
