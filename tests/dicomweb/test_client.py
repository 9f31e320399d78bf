"""DICOMweb client against conformant and non-conformant servers."""

import gzip
import re
import warnings
from datetime import date

import numpy as np
import pydicom
import pytest

from chestxr.dicomweb.client import DicomWebClient, FilmReference
from chestxr.dicomweb.outages import Skipped
from chestxr.utils.archive_errors import ArchiveError, RefusedError, UnavailableError
from chestxr.utils.errors import FilmError
from tests.dicomweb.stub_archive import Answer, as_json, as_parts, entry, stub_archive
from tests.io.film_files import save_dicom

FILM = FilmReference("1.2.3", "1.2.4", "1.2.5")
INVALID_UIDS = ["", "1.2.3 ", "a.4711", "1" * 65, "{x}", "../1", "\udcff", None, 5, ["1.2.3"], {}]
REASON, FAILED = "00081197", "00081198"


@pytest.fixture
def film(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 4096, (96, 72))
    return save_dicom(tmp_path / "film.dcm", pixels, StudyInstanceUID=FILM.study, SeriesInstanceUID=FILM.series)


def test_entries_without_valid_uids_are_skipped_and_counted():
    sound = {"study": FILM.study, "series": FILM.series}
    series = [entry(**sound), {}, None, "1.2.3", {"0020000D": None}]
    series += [entry(**sound | {name: uid}) for name in sound for uid in INVALID_UIDS]
    films = [entry(instance=uid) for uid in INVALID_UIDS] + [entry(instance=FILM.instance), 7]
    asked = set()

    def answer(method: str, path: str, body: bytes) -> Answer:
        place, _, query = path.partition("?")
        asked.add(place)
        if place == "/series":
            return as_json(series if "Modality=CR" in query else [])
        return as_json(films)

    with stub_archive(answer) as url:
        skipped = Skipped()
        assert list(DicomWebClient(url).films(skipped=skipped)) == [FILM]
        assert skipped.unidentified == len(series) - 1 + len(films) - 1
    assert asked == {"/series", f"/studies/{FILM.study}/series/{FILM.series}/instances"}


@pytest.mark.parametrize(
    "failure", [Answer(status=500), Answer(status=504), Answer(b"{"), as_json(5), Answer(b"\xff", kind="text/html")]
)
def test_failed_series_does_not_hide_others(failure):
    def answer(method: str, path: str, body: bytes) -> Answer:
        place, _, query = path.partition("?")
        if place == "/series":
            listed = [entry(study=FILM.study, series=series) for series in ("1.2.9", FILM.series)]
            return as_json(listed if "Modality=CR" in query else [])
        return failure if "1.2.9" in place else as_json([entry(instance=FILM.instance)])

    with stub_archive(answer) as url:
        skipped = Skipped()
        assert list(DicomWebClient(url, retries=0).films(skipped=skipped)) == [FILM]
        assert len(skipped.failed) == 1


@pytest.mark.parametrize("status", [403, 404, 500])
def test_failure_of_every_series_raises(status):
    def answer(method: str, path: str, body: bytes) -> Answer:
        listed = [entry(study=FILM.study, series=FILM.series), entry(study=FILM.study, series="1.2.9")]
        return as_json(listed) if path.startswith("/series") else Answer(status=status)

    with stub_archive(answer) as url, pytest.raises(ArchiveError, match=str(status)):
        list(DicomWebClient(url, retries=0).films())


@pytest.mark.parametrize("count", [1, 3, 9])
def test_unavailable_archive_raises_after_three_requests(count):
    asked = []

    def answer(method: str, path: str, body: bytes) -> Answer:
        if path.startswith("/series"):
            listed = [entry(study=FILM.study, series=f"1.2.{number}") for number in range(count)]
            return as_json(listed if "Modality=CR" in path else [])
        asked.append(path)
        return Answer(status=503)

    with stub_archive(answer) as url, pytest.raises(UnavailableError):
        list(DicomWebClient(url, retries=0).films())
    assert len(asked) == min(count, 3)


@pytest.mark.parametrize("cap", [1, 12, 50, 1000])
def test_all_films_are_found_with_a_smaller_page_size(cap):
    films = [entry(instance=f"1.2.5.{number}") for number in range(130)]

    def answer(method: str, path: str, body: bytes) -> Answer:
        place, _, query = path.partition("?")
        offset = int(re.search(r"offset=(\d+)", query)[1])
        if place == "/series":
            listed = [entry(study=FILM.study, series=FILM.series)] if "Modality=CR" in query else []
            return as_json(listed[offset:])
        page = films[offset : offset + cap]
        return as_json(page) if page else Answer(status=204)

    with stub_archive(answer) as url:
        assert len({film.instance for film in DicomWebClient(url).films()}) == 130


def test_server_that_ignores_paging_is_queried_twice():
    asked = []

    def answer(method: str, path: str, body: bytes) -> Answer:
        asked.append(path)
        if path.startswith("/series"):
            return as_json([entry(study=FILM.study, series=FILM.series)] if "Modality=CR" in path else [])
        return as_json([entry(instance=f"1.2.5.{number}") for number in range(30)])

    with stub_archive(answer) as url:
        assert len(list(DicomWebClient(url).films())) == 30
    assert len([path for path in asked if path.startswith("/studies")]) == 2


@pytest.mark.parametrize(("highest", "status"), [(200, 400), (100, 400), (0, 400), (0, 501)])
def test_query_without_limit_after_a_rejected_limit(highest, status):
    """Azure's and Microsoft's DICOM services respond with 400 to a limit above 200."""
    films = [entry(instance=f"1.2.5.{number}") for number in range(260)]

    def answer(method: str, path: str, body: bytes) -> Answer:
        place, _, query = path.partition("?")
        asked = dict(part.split("=", 1) for part in query.split("&"))
        limit, offset = int(asked.get("limit", 0)), int(asked.get("offset", 0))
        if limit > highest:
            return Answer(b"limit out of range", status, "text/plain")
        if place == "/series":
            return as_json([entry(study=FILM.study, series=FILM.series)][offset:] if "Modality=CR" in query else [])
        return as_json(films[offset : offset + (limit or 90)])

    with stub_archive(answer) as url:
        assert len({film.instance for film in DicomWebClient(url).films()}) == 260


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_series_are_searched_by_study_without_a_global_search(status):
    """AWS HealthImaging."""
    modality = {"00080060": {"vr": "CS", "Value": ["CR"]}}
    series = {FILM.study: [FILM.series], "1.2.7": ["1.2.8", "1.2.9"]}

    def answer(method: str, path: str, body: bytes) -> Answer:
        place, _, query = path.partition("?")
        offset = int(re.search(r"offset=(\d+)", query)[1])
        match place.strip("/").split("/"):
            case ["series"]:
                return Answer(b"{}", status)
            case ["studies"]:
                assert "StudyDate=20260102-" in query
                return as_json([entry(study=study) for study in series][offset:])
            case ["studies", study, "series"]:
                return as_json([entry(series=name) | modality for name in series[study]][offset:])
            case ["studies", _, "series", name, "instances"]:
                return as_json([entry(instance=f"{name}.1")][offset:])

    with stub_archive(answer) as url:
        found = {(film.study, film.series) for film in DicomWebClient(url).films(since=date(2026, 1, 2))}
    assert found == {(study, name) for study, names in series.items() for name in names}


def test_wrong_url_raises():
    with stub_archive(lambda *_: Answer(status=404)) as url, pytest.raises(ArchiveError, match="status 404"):
        list(DicomWebClient(url).films())


def test_laterals_and_for_processing_images_are_left_out():
    code = {"00080100": {"vr": "SH", "Value": ["399173006"]}}
    other = [
        entry(instance="1.2.5.1") | {"00540220": {"vr": "SQ", "Value": [code]}},
        entry(instance="1.2.5.2") | {"00185101": {"vr": "CS", "Value": ["LEFT LATERAL"]}},
        entry(instance="1.2.5.3") | {"00080068": {"vr": "CS", "Value": ["FOR PROCESSING"]}},
        entry(instance="1.2.5.4") | {"00080016": {"vr": "UI", "Value": ["1.2.840.10008.5.1.4.1.1.1.1.1"]}},
    ]

    def answer(method: str, path: str, body: bytes) -> Answer:
        if path.startswith("/series"):
            return as_json([entry(study=FILM.study, series=FILM.series)] if "Modality=DX" in path else [])
        return as_json([*other, entry(instance=FILM.instance)])

    with stub_archive(answer) as url:
        assert list(DicomWebClient(url).films()) == [FILM]


def test_search_results_are_filtered_again():
    others = [entry(instance="1.2.6"), None, {"00080018": {"Value": FILM.instance}}]
    for found, held in ((others, False), ([*others, entry(instance=FILM.instance)], True)):
        with stub_archive(lambda *_, found=found: as_json(found)) as url:
            assert DicomWebClient(url).holds(FILM.study, FILM.instance) is held


@pytest.mark.parametrize("bare", [False, True])
def test_fetched_film_is_unchanged(tmp_path, bare):
    content = bytes(128) + b"DICM" + bytes(range(256)) * 1000
    answer = Answer(content, kind="application/dicom") if bare else as_parts(content)
    with stub_archive(lambda *_: answer) as url:
        DicomWebClient(url).fetch(FILM, tmp_path / "film.dcm")
    assert (tmp_path / "film.dcm").read_bytes() == content


@pytest.mark.parametrize("compressed", [False, True])
def test_response_larger_than_any_film_is_rejected(tmp_path, monkeypatch, compressed):
    monkeypatch.setattr("chestxr.io.film_file.MAX_BYTES", 2**20)
    answer = as_parts(bytes(2**22))
    if compressed:
        answer = Answer(gzip.compress(answer.content), kind=answer.kind, headers={"Content-Encoding": "gzip"})
    with stub_archive(lambda *_: answer) as url, pytest.raises(FilmError, match="a file of more than 1 MiB"):
        DicomWebClient(url).fetch(FILM, tmp_path / "film.dcm")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "answer", [Answer(b"log in", kind="text/html"), as_parts(), as_parts(b"film", end=b""), Answer(status=500)]
)
def test_invalid_response_does_not_mean_unavailable(tmp_path, answer):
    with stub_archive(lambda *_: answer) as url, pytest.raises(ArchiveError) as error:
        DicomWebClient(url).fetch(FILM, tmp_path / "film.dcm")
    assert not isinstance(error.value, UnavailableError | RefusedError)
    assert not list(tmp_path.iterdir())


def test_truncated_film_raises(tmp_path):
    whole = as_parts(b"film" * 1000)
    cut = Answer(whole.content[:100], kind=whole.kind, headers={"Content-Length": str(len(whole.content))})
    with stub_archive(lambda *_: cut) as url, pytest.raises(ArchiveError):
        DicomWebClient(url).fetch(FILM, tmp_path / "film.dcm")


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (as_json({FAILED: {"vr": "SQ", "Value": [{REASON: {"vr": "US", "Value": [reason]}}]}}, status), refused)
        for status, reason, refused in (
            (409, 0, True),
            (409, 0x0122, True),
            (409, 0x0110, False),
            (409, 0xA700, False),
            (409, None, True),
            (409, "A700", True),
            (202, 0x0122, True),
            (202, 0x0110, False),
            (202, 0xA7FF, False),
            (202, None, True),
        )
    ]
    + [
        (as_json({FAILED: {"vr": "SQ", "Value": [{REASON: {"vr": "US"}}, None]}}, 409), True),
        (as_json(None, 409), True),
        (Answer(b"<html>", 409, "text/html"), True),
        (Answer(status=413), True),
        (Answer(status=507), False),
        (Answer(status=500), False),
    ],
)
def test_permanent_and_temporary_store_failures(film, answer, refused):
    with stub_archive(lambda *_: answer) as url, pytest.raises(ArchiveError) as error:
        DicomWebClient(url, retries=0).store([pydicom.dcmread(film)])
    assert isinstance(error.value, RefusedError) == refused


@pytest.mark.parametrize("response", [None, [], "A700", {FAILED: None}, {FAILED: {"vr": "SQ", "Value": 5}}])
def test_malformed_store_response_is_reported(film, response):
    with (
        stub_archive(lambda *_: as_json(response, 202)) as url,
        pytest.raises(ArchiveError, match="is not DICOMweb") as error,
    ):
        DicomWebClient(url).store([pydicom.dcmread(film)])
    assert not isinstance(error.value, RefusedError)


def test_retry_sends_the_whole_object(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 4096, (1200, 1200))
    large = save_dicom(tmp_path / "large.dcm", pixels, StudyInstanceUID=FILM.study, SeriesInstanceUID=FILM.series)
    received = []

    def answer(method: str, path: str, body: bytes) -> Answer:
        received.append(body)
        return Answer(status=503 if len(received) == 1 else 200)

    with stub_archive(answer) as url:
        DicomWebClient(url).store([pydicom.dcmread(large)])
    first, second = received
    assert first == second and len(first) > pixels.size * 2


def test_accepted_but_missing_object_is_a_temporary_failure(film):
    with (
        stub_archive(lambda method, *_: as_json([] if method == "GET" else {})) as url,
        pytest.raises(ArchiveError, match="accepted an object but did not store it") as error,
    ):
        DicomWebClient(url).store_once(film)
    assert not isinstance(error.value, RefusedError)


@pytest.mark.parametrize("study", ["1.2.3.a4711", ["1.2.4711", "1.2.4712"], ""])
def test_object_without_valid_uid_is_refused(film, study, caplog):
    made = pydicom.dcmread(film)
    made.StudyInstanceUID = study
    made.save_as(film)
    caplog.clear()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(RefusedError, match="without a valid study and instance UID") as error:
            DicomWebClient("http://127.0.0.1:9/dicom-web").store_once(film)
    assert "4711" not in str(error.value) + caplog.text + str([str(warning.message) for warning in warned])


def test_malformed_metadata_error_does_not_quote_values():
    malformed = [{"00100020": {"vr": "SQ", "Value": ["Geheim"]}}]
    with stub_archive(lambda *_: as_json(malformed)) as url, pytest.raises(ArchiveError) as error:
        DicomWebClient(url).metadata(FILM.study, FILM.series)
    assert "Geheim" not in str(error.value)
