"""Received films are answered once; failures of single films and of the destination lose none."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.dimse.status import NotKeptError
from chestxr.screening import single_films
from chestxr.screening.listen import FilmListener
from chestxr.screening.results.failures import process_ended
from chestxr.screening.single_films import film_name
from chestxr.utils.archive_errors import ArchiveError, RefusedError, UnavailableError
from chestxr.utils.errors import FilmError
from tests.io.film_files import save_dicom

FILMS = [f"1.2.5.{number}" for number in range(5)]


class Destination:
    """A receiver that fails as a test wants; knows what it stored."""

    server = "ARCHIVE@127.0.0.1:104"

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.failure: ArchiveError | None = None

    def store_once(self, path: Path) -> None:
        if self.failure is not None:
            raise self.failure
        self.stored.append(path.name)


class Worker:
    """A worker that copies the film as its report, or fails as a test wants; knows what it screened."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.screened: list[str] = []
        self.failure: Callable[[dict], FilmError] | None = None

    def __call__(self, item: dict) -> FilmError | None:
        self.screened.append(item["film"])
        if self.failure is not None:
            return self.failure(item)
        shutil.copy(item["image"], self.out / f"{item['film']}_sr.dcm")
        return None


@pytest.fixture
def destination() -> Destination:
    return Destination()


@pytest.fixture
def worker(tmp_path) -> Worker:
    return Worker(tmp_path / "out")


@pytest.fixture
def listening(worker, destination, monkeypatch) -> Callable[..., FilmListener]:
    """Return a function that makes a listener; the one before is closed."""
    pool = SimpleNamespace(open=lambda: None, screen_film=worker, close=lambda: None)
    monkeypatch.setattr(single_films, "FilmPool", lambda *_, **__: pool)
    made: list[FilmListener] = []

    def make(**options) -> FilmListener:
        if made:
            made[-1].close()
        made.append(FilmListener(worker.out, bundle_folder(SCREENING_BUNDLE), destination, **options))
        return made[-1]

    return make


@pytest.fixture
def film(tmp_path) -> bytes:
    return save_dicom(tmp_path / "film.dcm", np.arange(96 * 72).reshape(96, 72)).read_bytes()


def _files(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*.dcm")}


def test_film_is_answered_once_and_removed(listening, destination, worker, film):
    listener = listening()
    for _ in range(2):
        listener.receive(FILMS[0], film)
    assert list(listener.answer()) == [None]
    for again in (listener, listening()):
        again.receive(FILMS[0], film)
        assert not list(again.answer())
    assert destination.stored == [f"{film_name(FILMS[0])}_sr.dcm"] and not _files(worker.out)


def test_film_is_kept_if_wanted(listening, worker, film):
    listener = listening(keep=True)
    listener.receive(FILMS[0], film)
    assert list(listener.answer()) == [None] and _files(worker.out) == {f"kept/{film_name(FILMS[0])}.dcm"}


def test_another_destination_gets_the_results_too(listening, destination, film):
    for server in ("A@127.0.0.1:104", "B@127.0.0.1:104"):
        destination.server = server
        listener = listening()
        listener.receive(FILMS[0], film)
        assert list(listener.answer()) == [None]
    assert len(destination.stored) == 2


def test_unavailable_destination_loses_nothing(listening, destination, worker, film):
    listener = listening()
    for instance in FILMS:
        listener.receive(instance, film)
    destination.failure = UnavailableError("ARCHIVE@127.0.0.1:104: does not answer")
    assert list(listener.answer()) == [destination.failure] * 3
    destination.failure = None
    assert list(listening().answer()) == [None] * 5
    assert sorted(destination.stored) == sorted(f"{film_name(instance)}_sr.dcm" for instance in FILMS)
    assert not _files(worker.out)


def test_temporary_failure_of_one_film_does_not_block_others(listening, destination, worker, film):
    listener = listening()
    for instance in FILMS:
        listener.receive(instance, film)
    destination.failure = ArchiveError("ARCHIVE@127.0.0.1:104: refused an object (status 0110)")
    assert list(listener.answer()) == [destination.failure] * 5
    destination.failure = None
    assert list(listener.answer()) == [None] * 5


def test_refused_results_are_set_aside_until_the_film_is_sent_again(listening, destination, worker, film):
    listener, name = listening(), film_name(FILMS[0])
    listener.receive(FILMS[0], film)
    destination.failure = RefusedError("ARCHIVE@127.0.0.1:104: refused an object (status C000)")
    assert list(listener.answer()) == [destination.failure]
    assert _files(worker.out) == {f"failed/{name}.dcm"} and not list(listener.answer())
    assert (worker.out / "failed" / f"{name}.txt").read_text() == str(destination.failure)
    destination.failure = None
    listener.receive(FILMS[0], film)
    assert list(listener.answer()) == [None] and not list((worker.out / "failed").iterdir())


def test_crashing_film_is_set_aside_and_not_retried(listening, destination, worker, film):
    listener, name = listening(), film_name(FILMS[0])
    listener.receive(FILMS[0], film)
    worker.failure = process_ended
    (failure,) = listener.answer()
    assert "the process that screened it ended" in str(failure) and _files(worker.out) == {f"failed/{name}.dcm"}
    assert not list(listening().answer()) and worker.screened == [name]
    assert (worker.out / "failed" / f"{name}.txt").read_text() == str(failure)


def test_film_that_cannot_be_screened_is_removed_with_the_reason(listening, worker, film):
    listener, name = listening(), film_name(FILMS[0])
    listener.receive(FILMS[0], film)
    worker.failure = lambda item: FilmError(item["image"], "a lateral view in the header", "a frontal film", "leave it")
    (failure,) = listener.answer()
    assert isinstance(failure, FilmError) and not _files(worker.out)
    assert "a lateral view" in (worker.out / "failed" / f"{name}.txt").read_text()


def test_film_marked_as_sent_is_only_removed(listening, destination, worker, film):
    """Killed between the note and the removal."""
    listener, name = listening(), film_name(FILMS[0])
    listener.receive(FILMS[0], film)
    listener._films.mark_sent(name)
    assert list(listening().answer()) == [None] and not worker.screened and not _files(worker.out)


def test_limit_of_waiting_films(listening, film):
    listener = listening(most=2)
    for instance in FILMS[:2]:
        listener.receive(instance, film)
    with pytest.raises(NotKeptError, match="too many films wait"):
        listener.receive(FILMS[2], film)
    assert list(listener.answer()) == [None, None]
    listener.receive(FILMS[2], film)


def test_drift_of_the_films_is_reported(listening, worker, film, monkeypatch):
    record = SimpleNamespace(key="", row={"outlying_features": 0.5, "reason": ""}, files=[])
    monkeypatch.setattr(single_films, "read_record", lambda *_: record)
    listener = listening()
    for number in range(100):
        assert listener.drift() == "", "films are judged in blocks of a hundred"
        listener.receive(f"1.2.6.{number}", film)
        assert list(listener.answer()) == [None]
    assert listener.drift().startswith("100 of 100 films are unlike those that the classifier was trained on")
    assert listener.drift() == ""
