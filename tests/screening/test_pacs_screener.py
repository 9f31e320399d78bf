"""Failures of single films do not block others; a PACS that is unavailable stops the pass."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import numpy as np
import pydicom
import pytest

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.dicomweb.client import DicomWebClient
from chestxr.screening import single_films
from chestxr.screening.pacs import PacsScreener
from chestxr.utils.archive_errors import RefusedError, UnavailableError
from chestxr.utils.errors import FilmError
from tests.dicomweb.stub_archive import Answer, as_json, as_parts, entry, stub_archive
from tests.io.film_files import save_dicom

pytestmark = pytest.mark.slow

STUDY, SERIES = "1.2.3", "1.2.4"
FILMS = [f"1.2.5.{number}" for number in range(5)]


@pytest.fixture
def film(tmp_path) -> Callable[..., bytes]:
    """Return a function that makes a DICOM film with given UIDs."""

    def written(instance: str, study: str = STUDY) -> bytes:
        pixels = np.random.default_rng(0).integers(0, 4096, (96, 72))
        path = save_dicom(tmp_path / "film.dcm", pixels, StudyInstanceUID=study, SeriesInstanceUID=SERIES)
        made = pydicom.dcmread(path)
        made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = instance
        made.save_as(path)
        return path.read_bytes()

    return written


@pytest.fixture
def screening(tmp_path, monkeypatch) -> Callable[[str], PacsScreener]:
    """Return a function that makes a screener whose worker copies the film as its report."""

    def made(url: str) -> PacsScreener:
        out = tmp_path / "out"

        def run_film(item: dict) -> None:
            shutil.copy(item["image"], out / f"{item['film']}_sr.dcm")

        pool = SimpleNamespace(open=lambda: None, screen_film=run_film, close=lambda: None)
        monkeypatch.setattr(single_films, "FilmPool", lambda *_, **__: pool)
        return PacsScreener(DicomWebClient(url, retries=0), out, bundle_folder(SCREENING_BUNDLE))

    return made


def _archive(fetched: Callable[[str], Answer], stored: Answer) -> Callable[[str, str, bytes], Answer]:
    """Return the handler of an archive with five films, one film without a UID, and no reports."""

    def said(method: str, path: str, body: bytes) -> Answer:
        place, _, query = path.partition("?")
        if method == "POST":
            return stored
        if place == "/series":
            return as_json([entry(study=STUDY, series=SERIES)] if "Modality=CR" in query else [])
        if place.endswith("/instances"):
            listed = [] if "SOPInstanceUID" in query else [*FILMS, "none"]
            return as_json([entry(instance=instance) for instance in listed])
        return fetched(place.rpartition("/")[2])

    return said


def _outcomes(screening: PacsScreener) -> list:
    found = screening.find(date(1990, 1, 1))
    assert found.skipped.unidentified == 1
    return list(screening.answer(found.waiting))


def test_rejected_results_do_not_block_other_films(screening, film):
    with stub_archive(_archive(lambda instance: as_parts(film(instance)), Answer(status=409))) as url:
        outcomes = _outcomes(screening(url))
    assert len(outcomes) == len(FILMS) and all(isinstance(outcome, RefusedError) for outcome in outcomes)


def test_films_that_cannot_be_retrieved_do_not_block_others(screening, film):
    def fetched(instance: str) -> Answer:
        return as_parts(film(instance)) if instance == FILMS[-1] else Answer(status=500)

    with stub_archive(_archive(fetched, Answer(status=409))) as url:
        outcomes = _outcomes(screening(url))
    assert ["status 500" in str(outcome) for outcome in outcomes] == [True] * 4 + [False]
    assert isinstance(outcomes[-1], RefusedError)


def test_failed_query_for_a_report_does_not_block_other_films(screening, film):
    archive = _archive(lambda instance: as_parts(film(instance)), Answer(status=409))
    asked = []

    def said(method: str, path: str, body: bytes) -> Answer:
        if "SOPInstanceUID" in path:
            asked.append(path)
        return Answer(status=500) if "SOPInstanceUID" in path and len(asked) == 1 else archive(method, path, body)

    with stub_archive(said) as url:
        found = screening(url).find(date(1990, 1, 1))
    assert [film.instance for film in found.waiting] == FILMS[1:]
    assert ["status 500" in str(error) for error in found.skipped.failed] == [True]


def test_local_objects_are_removed_once_the_archive_has_them(screening, film, tmp_path):
    """The archive stores a report, and then fails to answer the query for it."""
    archive = _archive(lambda instance: as_parts(film(instance)), as_json({}))
    stored, recovered = [], []

    def said(method: str, path: str, body: bytes) -> Answer:
        stored.extend([method] if method == "POST" else [])
        if "SOPInstanceUID" in path and stored:
            report = re.search(r"SOPInstanceUID=([\d.]+)", path)[1]
            return as_json([entry(instance=report)]) if recovered else Answer(status=500)
        return archive(method, path, body)

    with stub_archive(said) as url:
        screened = screening(url)
        found = screened.find(date(1990, 1, 1))
        outcomes = list(screened.answer(found.waiting[:1]))
        assert "status 500" in str(outcomes[0]) and list((tmp_path / "out").glob("*_sr.dcm"))
        recovered.append(True)
        assert screened.find(date(1990, 1, 1)).answered == len(FILMS)
    assert not list((tmp_path / "out").glob("*_sr.dcm"))


def test_query_stops_when_the_archive_is_unavailable_for_reports(screening):
    """Queries for series still succeed."""
    asked = []

    def said(method: str, path: str, body: bytes) -> Answer:
        place, _, query = path.partition("?")
        if "SOPInstanceUID" in query:
            asked.append(path)
            return Answer(status=503)
        if place == "/series":
            return as_json([entry(study=STUDY, series=f"1.2.{number}") for number in range(9)])
        return as_json([entry(instance=f"{place.split('/')[-2]}.1")])

    with stub_archive(said) as url, pytest.raises(UnavailableError):
        screening(url).find(date(1990, 1, 1))
    assert len(asked) == 3


def test_pass_stops_when_the_archive_is_unavailable(screening):
    with stub_archive(_archive(lambda instance: Answer(status=503), Answer())) as url:
        outcomes = _outcomes(screening(url))
    assert len(outcomes) == 3 and all(isinstance(outcome, UnavailableError) for outcome in outcomes)


@pytest.mark.parametrize("other", [{"instance": "1.2.6"}, {"study": "1.2.7"}, None])
def test_wrong_or_invalid_film_is_reported_once(screening, film, tmp_path, other):
    def fetched(instance: str) -> Answer:
        return as_parts(bytes(128) + b"DICM" if other is None else film(**{"instance": instance} | other))

    with stub_archive(_archive(fetched, Answer())) as url:
        screened = screening(url)
        outcomes = _outcomes(screened)
        again = screened.find(date(1990, 1, 1))
    found = "DICOM" if other is None else "another film than was asked for"
    assert all(isinstance(outcome, FilmError) and found in outcome.found for outcome in outcomes)
    assert not again.waiting and again.unreadable == len(FILMS)
    notes = list((tmp_path / "out" / "unreadable").iterdir())
    assert len(notes) == len(FILMS) and not any("1.2." in note.read_text() for note in notes)
    assert not list((tmp_path / "out").rglob("*.dcm"))
