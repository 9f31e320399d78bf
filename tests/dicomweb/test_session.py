"""What goes wrong between here and an archive is told, without what it holds."""

import time
import traceback

import pytest

from chestxr.dicomweb import session
from chestxr.dicomweb.client import DicomWebClient
from chestxr.dicomweb.session import DicomWebError, RefusedError, UnavailableError
from tests.dicomweb.odd_archive import Answer, as_json, odd_archive

STUDY, INSTANCE = "1.2.3.4711", "1.2.3.4712"


def _failure(answer: Answer) -> DicomWebError:
    with odd_archive(lambda *_: answer) as url, pytest.raises(DicomWebError) as told:
        DicomWebClient(url, retries=0).holds(STUDY, INSTANCE)
    return told.value


@pytest.mark.parametrize("status", [401, 429, 502, 503, 504, 507])
def test_an_archive_that_serves_nobody_is_away(status):
    failure = _failure(Answer(status=status))
    assert isinstance(failure, UnavailableError) and str(status) in str(failure)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 500])
def test_an_archive_that_fails_over_what_was_asked_for_is_not_away_and_refuses_nothing(status):
    failure = _failure(Answer(status=status))
    assert not isinstance(failure, UnavailableError | RefusedError) and str(status) in str(failure)


def test_an_archive_that_is_not_there_is_away():
    with pytest.raises(UnavailableError, match=r"does not answer; check its address, and that it runs$"):
        DicomWebClient("http://127.0.0.1:9/dicom-web", retries=0).holds(STUDY, INSTANCE)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"{"),
        Answer(b"<html>", kind="text/html"),
        Answer(b"no gzip", headers={"Content-Encoding": "gzip"}),
        as_json("1.2.3"),
        Answer(b"null"),
        Answer(b"5"),
        Answer(b"[" * 100_000),
    ],
)
def test_an_answer_that_is_no_list_is_told_and_the_archive_not_taken_for_away(answer):
    failure = _failure(answer)
    assert str(failure).endswith("is no DICOMweb; is it the root of a DICOMweb service (/dicom-web)?")
    assert not isinstance(failure, UnavailableError | RefusedError)


def test_an_archive_that_takes_too_long_is_away(monkeypatch):
    monkeypatch.setattr(session, "_TIMEOUT_S", (1, 0.1))
    with (
        odd_archive(lambda *_: time.sleep(0.5) or Answer(b"[]")) as url,
        pytest.raises(UnavailableError, match="does not answer; check its address"),
    ):
        DicomWebClient(url, retries=0).holds(STUDY, INSTANCE)


@pytest.mark.parametrize("status", [301, 307])
@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://new.example:8443/studies/1.2.3", r"sends on to https://new\.example:8443; give"),
        ("//[", "sends on to an address that is none; give"),
    ],
)
def test_an_archive_that_moved_is_told_not_followed(status, location, told):
    failure = _failure(Answer(status=status, headers={"Location": location}))
    assert isinstance(failure, UnavailableError) and failure.args[0].count("1.2.3") == 0
    with pytest.raises(UnavailableError, match=told):
        raise failure


@pytest.mark.parametrize(
    "answer", [Answer(status=404), Answer(status=503), Answer(b"{"), Answer(status=301, headers={"Location": "/a"})]
)
def test_no_identifier_stands_in_what_is_printed_of_a_failure(answer, capfd):
    failure = _failure(answer)
    told = "".join(traceback.format_exception(failure))
    assert isinstance(failure, DicomWebError) and "Error: http://127.0.0.1" in told
    assert "4711" not in told and "4712" not in told and "4711" not in capfd.readouterr().err


def test_what_a_server_warns_of_is_not_printed(capfd, caplog):
    answer = Answer(b"[]", headers={"Warning": '299 chestxr: "of Geheim^Gustav there is more"'})
    with odd_archive(lambda *_: answer) as url:
        assert not DicomWebClient(url).holds(STUDY, INSTANCE)
    assert "Geheim" not in capfd.readouterr().err + caplog.text


def test_attempts_are_not_printed(capfd, caplog):
    with pytest.raises(UnavailableError):
        DicomWebClient("http://127.0.0.1:9/dicom-web", retries=1).holds(STUDY, INSTANCE)
    assert "4711" not in capfd.readouterr().err + caplog.text


def test_a_password_does_not_travel_unencrypted(monkeypatch):
    monkeypatch.setenv("CHESTXR_PACS_USER", "reader")
    monkeypatch.setenv("CHESTXR_PACS_PASSWORD", "s3cret-word")
    for here in ("http://localhost:8042", "http://127.0.0.1:8042", "https://pacs.example"):
        DicomWebClient(here)
    with pytest.raises(ValueError, match="would travel unencrypted") as told:
        DicomWebClient("http://pacs.example/dicom-web")
    assert "s3cret" not in str(told.value)
