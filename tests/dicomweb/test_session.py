"""Errors of DICOMweb requests are reported without identifiers."""

import time
import traceback

import pytest

from chestxr.dicomweb import session
from chestxr.dicomweb.client import DicomWebClient
from chestxr.utils.archive_errors import ArchiveError, RefusedError, UnavailableError
from tests.dicomweb.stub_archive import Answer, as_json, stub_archive

STUDY, INSTANCE = "1.2.3.4711", "1.2.3.4712"


def _failure(answer: Answer) -> ArchiveError:
    with stub_archive(lambda *_: answer) as url, pytest.raises(ArchiveError) as error:
        DicomWebClient(url, retries=0).holds(STUDY, INSTANCE)
    return error.value


@pytest.mark.parametrize("status", [401, 429, 502, 503, 504, 507])
def test_status_that_means_unavailable(status):
    failure = _failure(Answer(status=status))
    assert isinstance(failure, UnavailableError) and str(status) in str(failure)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 500])
def test_status_that_concerns_one_request(status):
    failure = _failure(Answer(status=status))
    assert not isinstance(failure, UnavailableError | RefusedError) and str(status) in str(failure)


def test_missing_server_is_unavailable():
    with pytest.raises(UnavailableError, match=r"does not answer; check its address and that it is running$"):
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
def test_malformed_response_does_not_mean_unavailable(answer):
    failure = _failure(answer)
    assert str(failure).endswith("is not DICOMweb; is it the root of a DICOMweb service (/dicom-web)?")
    assert not isinstance(failure, UnavailableError | RefusedError)


def test_timeout_means_unavailable(monkeypatch):
    monkeypatch.setattr(session, "_TIMEOUT_S", (1, 0.1))
    with (
        stub_archive(lambda *_: time.sleep(0.5) or Answer(b"[]")) as url,
        pytest.raises(UnavailableError, match="does not answer; check its address"),
    ):
        DicomWebClient(url, retries=0).holds(STUDY, INSTANCE)


@pytest.mark.parametrize("status", [301, 307])
@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("https://new.example:8443/studies/1.2.3", r"redirects to https://new\.example:8443; use"),
        ("//[", "redirects to an invalid URL; use"),
    ],
)
def test_redirect_is_reported_and_not_followed(status, location, message):
    failure = _failure(Answer(status=status, headers={"Location": location}))
    assert isinstance(failure, UnavailableError) and failure.args[0].count("1.2.3") == 0
    with pytest.raises(UnavailableError, match=message):
        raise failure


@pytest.mark.parametrize(
    "answer", [Answer(status=404), Answer(status=503), Answer(b"{"), Answer(status=301, headers={"Location": "/a"})]
)
def test_traceback_contains_no_identifier(answer, capfd):
    failure = _failure(answer)
    printed = "".join(traceback.format_exception(failure))
    assert isinstance(failure, ArchiveError) and "Error: http://127.0.0.1" in printed
    assert "4711" not in printed and "4712" not in printed and "4711" not in capfd.readouterr().err


def test_server_warning_is_not_printed(capfd, caplog):
    answer = Answer(b"[]", headers={"Warning": '299 chestxr: "of Geheim^Gustav there is more"'})
    with stub_archive(lambda *_: answer) as url:
        assert not DicomWebClient(url).holds(STUDY, INSTANCE)
    assert "Geheim" not in capfd.readouterr().err + caplog.text


def test_retries_are_not_logged(capfd, caplog):
    with pytest.raises(UnavailableError):
        DicomWebClient("http://127.0.0.1:9/dicom-web", retries=1).holds(STUDY, INSTANCE)
    assert "4711" not in capfd.readouterr().err + caplog.text


def test_password_is_not_sent_unencrypted(monkeypatch):
    monkeypatch.setenv("CHESTXR_PACS_USER", "reader")
    monkeypatch.setenv("CHESTXR_PACS_PASSWORD", "s3cret-word")
    for here in ("http://localhost:8042", "http://127.0.0.1:8042", "https://pacs.example"):
        DicomWebClient(here)
    with pytest.raises(ValueError, match="would be sent unencrypted") as error:
        DicomWebClient("http://pacs.example/dicom-web")
    assert "s3cret" not in str(error.value)
