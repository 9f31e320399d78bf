"""From a sender to an archive with real programs: storescu, chestxr pacs listen, Orthanc, storescp; killed at times."""

import io
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import generate_uid
from typer.testing import CliRunner

from chestxr.cli import app
from tests.dicomweb.orthanc import Orthanc, free_port, needs_orthanc
from tests.dimse.dcmtk import STORESCU, echo, needs_dcmtk, send, storescp
from tests.interrupts import hear_interrupts
from tests.io.dicom_validator import dicom_errors, needs_dciodvfy
from tests.io.film_files import save_dicom
from tests.phantom import chest_film

SECRET = "Geheim"

pytestmark = [pytest.mark.slow, needs_orthanc, needs_dcmtk]


@pytest.fixture
def orthanc(tmp_path) -> Iterator[Orthanc]:
    archive = Orthanc(tmp_path / "orthanc").start()
    yield archive
    archive.kill()


class Listener:
    """``chestxr pacs listen`` as a program."""

    def __init__(self, out: Path, send_to: str) -> None:
        self.out, self.port = out, free_port()
        self.log = out.with_suffix(".log")
        options = ["--send-to", send_to, "--port", str(self.port), "--out", str(out), "--interval", "1"]
        command = [sys.executable, "-c", "from chestxr.cli import app; app()", "pacs", "listen", *options]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=hear_interrupts)

    def end(self, number: signal.Signals) -> int:
        """Send a signal; return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=120)


@contextmanager
def _listener(out: Path, send_to: str) -> Iterator[Listener]:
    listener = Listener(out, send_to)
    try:
        _wait(lambda: listener.process.poll() is not None or "listens at" in listener.log.read_text())
        yield listener
    finally:
        listener.process.kill()
        listener.process.wait()


def _film(path: Path, number: int) -> Path:
    film, _ = chest_film((160, 160), number)
    identity = {
        "StudyInstanceUID": generate_uid(),
        "SeriesInstanceUID": generate_uid(),
        "StudyDate": date.today().strftime("%Y%m%d"),
        "PatientName": f"{SECRET}^Film{number}",
        "PatientID": f"{SECRET}-{number}",
    }
    return save_dicom(path, film.T * 16, bits=12, **identity)


def _wait(condition: Callable[[], object], seconds: float = 240) -> None:
    for _ in range(int(seconds * 20)):
        if condition():
            return
        time.sleep(0.05)
    raise TimeoutError


def _sources(orthanc: Orthanc, modality: str) -> list[str]:
    """Return the studies of the stored objects of a modality."""
    return [str(pydicom.dcmread(io.BytesIO(made)).StudyInstanceUID) for made in orthanc.objects(modality)]


@needs_dciodvfy
def test_real_film_is_answered_and_nothing_of_the_patient_is_left(chest_dicom, orthanc, tmp_path):
    other = _film(tmp_path / "film.dcm", 0)
    with _listener(tmp_path / "out", orthanc.address) as listener:
        assert echo(listener.port) and not echo(listener.port, called="OTHER")
        for _ in range(2):
            assert send(listener.port, chest_dicom, other).returncode == 0
        _wait(lambda: len(orthanc.objects("SR")) == 2 and not list((listener.out / "received").iterdir()))
        assert send(listener.port, chest_dicom).returncode == 0
        assert not list((listener.out / "received").iterdir())
        assert listener.end(signal.SIGTERM) == 0
    for modality in ("SEG", "SR"):
        assert sorted(_sources(orthanc, modality)) == sorted(
            str(pydicom.dcmread(film).StudyInstanceUID) for film in (chest_dicom, other)
        )
        for number, content in enumerate(orthanc.objects(modality)):
            path = tmp_path / f"{modality}{number}"
            path.write_bytes(content)
            assert dicom_errors(path) == []
    kept = [path for path in listener.out.rglob("*") if path.is_file()]
    texts = [listener.log.read_text(), *map(str, kept), *(path.read_bytes().decode("latin1") for path in kept)]
    header = pydicom.dcmread(chest_dicom)
    for secret in (SECRET, str(header.PatientName), header.SOPInstanceUID, pydicom.dcmread(other).SOPInstanceUID):
        assert not any(secret in text for text in texts)


def test_killed_at_any_moment_nothing_is_lost_or_stored_twice(orthanc, tmp_path):
    films = [_film(tmp_path / f"{number}.dcm", number) for number in range(12)]
    out = tmp_path / "out"
    with _listener(out, orthanc.address) as listener:  # killed while films arrive
        command = [STORESCU, "-v", "-aec", "CHESTXR", "127.0.0.1", str(listener.port), *map(str, films)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as sender:
            _wait(lambda: len(_known(out)) >= 4)
            listener.end(signal.SIGKILL)
            acknowledged = sender.communicate()[0].count("Success")
        assert 0 < acknowledged <= len(_known(out)) < len(films)
    with _listener(out, orthanc.address) as listener:  # killed between the film and its results
        assert send(listener.port, *films).returncode == 0
        done = len(list(out.glob("sent/*")))
        _wait(lambda: len(list(out.glob("records/*.json"))) > done)
        listener.end(signal.SIGKILL)
    orthanc.kill()
    with _listener(out, orthanc.address) as listener:  # started while the archive is unavailable
        _wait(lambda: "does not answer" in listener.log.read_text())
        orthanc.start()
        _wait(lambda: not list((out / "received").iterdir()))
        assert listener.end(signal.SIGINT) == 130
    assert not list(out.rglob("*.dcm")) and not (out / "failed").exists()
    for modality in ("SEG", "SR"):
        sources = _sources(orthanc, modality)
        assert len(sources) == len(set(sources)) and (modality == "SEG" or len(sources) == len(films))


def _known(out: Path) -> set[str]:
    """Return the names of the films that wait or were answered."""
    return {path.stem for path in out.glob("received/[!.]*")} | {path.name[:24] for path in out.glob("sent/[!.]*")}


def test_results_of_films_in_an_archive_are_sent_elsewhere(chest_dicom, orthanc, tmp_path):
    def screen(destination: str):
        options = ["--out", str(tmp_path / "out"), "--since", "1990-01-01", "--send-to", destination]
        return CliRunner().invoke(app, ["pacs", "screen", orthanc.url, *options])

    orthanc.send(chest_dicom)
    with storescp(tmp_path / "received") as address:
        assert "1 of 1 new films screened" in screen(str(address)).output
        assert "0 of 0 new films screened; 1 screened before" in screen(str(address)).output
    received = [pydicom.dcmread(path) for path in (tmp_path / "received").iterdir()]
    assert sorted(made.Modality for made in received) == ["SEG", "SR"]
    assert {made.StudyInstanceUID for made in received} == {pydicom.dcmread(chest_dicom).StudyInstanceUID}
    assert not orthanc.objects("SR") and not list((tmp_path / "out").rglob("*.dcm"))
