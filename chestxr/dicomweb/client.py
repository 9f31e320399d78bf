"""DICOMweb client: search (QIDO-RS), retrieve (WADO-RS) and store (STOW-RS)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pydicom
import requests
from dicomweb_client.api import DICOMwebClient
from pydicom.dataset import Dataset

from chestxr.io.dicom.image_kind import is_for_processing, is_other_part, other_view
from chestxr.io.dicom.uid import is_uid
from chestxr.io.film_file import check_bytes
from chestxr.utils.archive_errors import ArchiveError, RefusedError, UnavailableError
from chestxr.utils.silence import silence_libraries

from .json import text_of, values_of
from .multipart import only_part
from .outages import CircuitBreaker, Skipped
from .session import UnsupportedError, open_session, request_errors, server_of

__all__ = ["DicomWebClient", "FilmReference"]

_MODALITIES = ("CR", "DX")
_MODALITY, _BODY_PART, _VIEW, _VIEW_CODES, _INTENT = "00080060", "00180015", "00185101", "00540220", "00080068"
_CODE, _MEANING = "00080100", "00080104"
_STUDY, _SERIES, _INSTANCE, _CLASS = "0020000D", "0020000E", "00080018", "00080016"
_FAILED, _REASON = "00081198", "00081197"
_FIELDS = ("BodyPartExamined", "ViewPosition", "ViewCodeSequence", "PresentationIntentType")
# Azure's and Microsoft's DICOM services reject a larger limit; other servers return less than the limit.
_PAGE = 200
_AS_STORED = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
# Bytes per chunk of a response; compressed content may become a thousand times as large.
_PIECE = 2**16
# Send the request body in one chunk: a body sent in chunks would be empty in a retry.
_ONE_PIECE = 2**31
# Rejected because of the object, not because of the address or the credentials.
_REFUSALS = (400, 409, 413, 415)
# DICOM PS3.18, I.2.2: processing failure, and A700 to A7FF, out of resources.
_PROCESSING_FAILED, _OUT_OF_RESOURCES = 0x0110, 0xA7


@dataclass(frozen=True)
class FilmReference:
    """UIDs of a film in an archive."""

    study: str
    series: str
    instance: str


class DicomWebClient:
    """
    Find, fetch and store objects by DICOMweb (QIDO-RS, WADO-RS, STOW-RS).

    The server's certificate is verified; set ``REQUESTS_CA_BUNDLE`` for private certificate authorities. Credentials
    come from the environment (``CHESTXR_PACS_USER`` and ``CHESTXR_PACS_PASSWORD``), from a netrc file, or as a bearer
    token from ``CHESTXR_PACS_TOKEN`` or the file ``CHESTXR_PACS_TOKEN_FILE``, which is read again for each request.
    Temporary failures are retried with exponential backoff.

    Parameters
    ----------
    url : str
        The service's root, such as "https://pacs.example/dicom-web".
    retries : int, optional
        Maximum number of retries, after half a second, one, two ... seconds.

    Raises
    ------
    ValueError
        If the URL is invalid, contains a user name or a password, or credentials would be sent unencrypted to another
        machine.
    """

    def __init__(self, url: str, retries: int = 4) -> None:
        self.server = server_of(url)
        self._session = open_session(url, retries)
        # The format in which an archive reports objects that it did not store.
        asked = {"Accept": "application/dicom+json"}
        self._client = DICOMwebClient(url, session=self._session, headers=asked, chunk_size=_ONE_PIECE)
        # Its own retries would multiply those of the session.
        self._client.set_http_retry_params(retry=False)
        self._limit: int | None = _PAGE

    def films(self, since: date | None = None, skipped: Skipped | None = None) -> Iterator[FilmReference]:
        """
        Find frontal chest radiographs, in all studies or in those since a date.

        Films whose headers state another part of the body or a lateral view are left out; those without such
        attributes are returned.

        Parameters
        ----------
        since : datetime.date, optional
            The first study date.
        skipped : Skipped, optional
            Records the series and films that are skipped because they have no valid UID or their request failed.

        Raises
        ------
        ArchiveError
            If the archive is unavailable, cannot list its series, or the requests for all series fail.
        """
        skipped = Skipped() if skipped is None else skipped
        found = [pair for modality in _MODALITIES for pair in self._series(modality, since, skipped)]
        watch, answers = CircuitBreaker(), False
        for study, series in found:
            listed = []
            with watch.record(skipped):
                listed = self._frontal_chests(study, series)
                answers = True
            for (instance,) in _identified(listed, skipped, _INSTANCE):
                yield FilmReference(study, series, instance)
        if found and not answers:
            raise next((error for error in skipped.failed if isinstance(error, UnavailableError)), skipped.failed[-1])

    def series(self, modality: str, since: date | None = None) -> list[tuple[str, str]]:
        """Return the study and series UIDs of a modality, of all studies or of those since a date."""
        return [(study, series) for study, series in self._series(modality, since, Skipped())]

    def metadata(self, study: str, series: str) -> list[Dataset]:
        """Return the metadata of a series, of at least one object."""
        with request_errors(self.server):
            found = self._client.retrieve_series_metadata(study, series)
            return _some([Dataset.from_json(entry) for entry in found])

    def fetch_series(self, study: str, series: str) -> list[Dataset]:
        """Fetch the objects of a series, at least one."""
        with request_errors(self.server):
            return _some(self._client.retrieve_series(study, series))

    def holds(self, study: str, instance: str) -> bool:
        """Return whether the archive has an instance of a study."""
        found = self._search(
            self._client.search_for_instances,
            study_instance_uid=study,
            search_filters={"SOPInstanceUID": instance},
        )
        # Some servers ignore the filter and return all instances.
        return any(text_of(entry, _INSTANCE) == instance for entry in found)

    def fetch(self, film: FilmReference, path: Path) -> None:
        """
        Download a film to a file, without checking that it is one.

        Raises
        ------
        ArchiveError
            If the server does not return it.
        FilmError
            If the response is larger than any film.
        """
        address = f"{self._client.base_url}/studies/{film.study}/series/{film.series}/instances/{film.instance}"
        body = bytearray()
        with request_errors(self.server), self._session.get(address, headers=_AS_STORED, stream=True) as answer:
            answer.raise_for_status()
            for piece in answer.iter_content(_PIECE):
                body += piece
                check_bytes(path, len(body))
            content = only_part(bytes(body), answer.headers["Content-Type"])
        path.write_bytes(content)

    def store(self, datasets: Sequence[Dataset]) -> None:
        """
        Store objects.

        Raises
        ------
        RefusedError
            If the server rejects an object because of its content.
        ArchiveError
            If it rejects objects for another reason: another attempt may succeed.
        """
        with request_errors(self.server):
            try:
                failed = values_of(self._client.store_instances(datasets).to_json_dict(), _FAILED)
            except requests.HTTPError as error:
                if error.response.status_code not in _REFUSALS:
                    raise
                failed = _failures(error.response) or [None] * len(datasets)
            if failed:
                kind = ArchiveError if any(map(_may_pass, failed)) else RefusedError
                raise kind(f"{self.server}: refused {len(failed)} of {len(datasets)} objects; ask its administrator")

    def store_once(self, path: Path) -> None:
        """
        Store a DICOM file unless the archive has the object, and verify that it was stored.

        Raises
        ------
        RefusedError
            If the server rejects the object, or its study or instance UID is invalid.
        ArchiveError
            If it is not stored for another reason: another attempt may succeed.
        """
        with silence_libraries():
            made = pydicom.dcmread(path)
            study, instance = made.StudyInstanceUID, made.SOPInstanceUID
        if not (is_uid(study) and is_uid(instance)):
            raise RefusedError(
                f"{self.server}: cannot be queried for an object without a valid study and instance UID; "
                "expected numbers joined by dots; correct the film's header"
            )
        if not self.holds(study, instance):
            self.store([made])
            if not self.holds(study, instance):
                raise ArchiveError(f"{self.server}: accepted an object but did not store it; ask its administrator")

    def _series(self, modality: str, since: date | None, skipped: Skipped) -> Iterator[tuple[str, ...]]:
        days = {"StudyDate": f"{since:%Y%m%d}-"} if since else {}
        search = self._client.search_for_series
        try:
            found = list(self._search(search, search_filters={"Modality": modality} | days))
        except UnsupportedError:
            found = self._series_by_study(modality, days, skipped)
        return _identified(found, skipped, _STUDY, _SERIES)

    def _series_by_study(self, modality: str, days: dict[str, str], skipped: Skipped) -> list[Any]:
        """Search series study by study: AWS HealthImaging has no search over all series."""
        studies = _identified(self._search(self._client.search_for_studies, search_filters=days), skipped, _STUDY)
        search, found = self._client.search_for_series, []
        for (study,) in studies:
            listed = self._search(search, study_instance_uid=study, search_filters={"Modality": modality})
            in_study = {_STUDY: {"vr": "UI", "Value": [study]}}
            found += [entry | in_study for entry in listed if isinstance(entry, dict) and _is_of(entry, modality)]
        return found

    def _frontal_chests(self, study: str, series: str) -> list:
        """Return the instances of a series that may be frontal chest films."""
        found = self._search(
            self._client.search_for_instances,
            study_instance_uid=study,
            series_instance_uid=series,
            fields=_FIELDS,
        )
        return list(filter(_may_be_frontal_chest, found))

    def _search(self, search: Callable[..., list], **asked: Any) -> Iterator[Any]:
        """
        Search page by page, until a page is empty or has no new entries.

        Servers limit the page size, some to very few entries; others ignore paging and return everything each time.
        """
        known: set[tuple[str, ...]] = set()
        offset, fresh = 0, [None]
        while fresh:
            page = self._page(search, offset, **asked)
            fresh = [entry for entry in page if _key(entry) not in known]
            known |= {_key(entry) for entry in fresh}
            offset += len(page)
            yield from fresh

    def _page(self, search: Callable[..., list], offset: int, **asked: Any) -> list:
        """Search for one page; if the server rejects a limit, omit it from then on."""
        try:
            return self._listed(search, limit=self._limit, offset=offset, **asked)
        except UnsupportedError:
            if self._limit is None:
                raise
            page = self._listed(search, offset=offset, **asked)
            self._limit = None
            return page

    def _listed(self, search: Callable[..., list], **asked: Any) -> list:
        with request_errors(self.server):
            found = search(**asked)
            if not isinstance(found, list):
                raise TypeError
            return found


def _identified(entries: Iterable[Any], skipped: Skipped, *tags: str) -> Iterator[tuple[str, ...]]:
    """Yield the UIDs of entries; skip and count entries without a valid UID."""
    for entry in entries:
        identifiers = tuple(text_of(entry, tag) for tag in tags)
        if all(map(is_uid, identifiers)):
            yield identifiers
        else:
            skipped.unidentified += 1


def _some(objects: list[Dataset]) -> list[Dataset]:
    """Raise ValueError for an empty response to a request for a listed series."""
    if not objects:
        raise ValueError
    return objects


def _failures(answer: requests.Response) -> list:
    """Return the failures in a response to a store request, none if it cannot be parsed."""
    try:
        return values_of(answer.json(), _FAILED)
    except ValueError:
        return []


def _may_pass(failure: Any) -> bool:
    """Return whether a failure is temporary: caused by the archive, not by the object."""
    match values_of(failure, _REASON):
        case [int(reason), *_]:
            return reason == _PROCESSING_FAILED or reason >> 8 == _OUT_OF_RESOURCES
    return False


def _is_of(series: Any, modality: str) -> bool:
    """Return whether a series may be of a modality: some servers do not filter by it."""
    return text_of(series, _MODALITY) in ("", modality)


def _key(entry: Any) -> tuple[str, ...]:
    return tuple(text_of(entry, tag) for tag in (_STUDY, _SERIES, _INSTANCE))


def _may_be_frontal_chest(instance: Any) -> bool:
    codes = [(text_of(item, _CODE), text_of(item, _MEANING)) for item in values_of(instance, _VIEW_CODES)]
    raw = is_for_processing(text_of(instance, _CLASS), text_of(instance, _INTENT))
    other = is_other_part([text_of(instance, _BODY_PART)]) or other_view(text_of(instance, _VIEW), codes)
    return not raw and not other
