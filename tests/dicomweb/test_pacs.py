"""Screening against Orthanc: one report per film, despite outages and crashes."""

import io
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid
from typer.testing import CliRunner

from chestxr.bundle.unforeseen import unforeseen
from chestxr.cli import app
from chestxr.dicomweb.client import DicomWebClient
from chestxr.io import read_mask
from chestxr.utils.archive_errors import ArchiveError, UnavailableError
from tests.dicomweb.orthanc import Orthanc, needs_orthanc
from tests.dicomweb.tls_front import tls_front
from tests.interrupts import hear_interrupts
from tests.io.dicom_validator import dicom_errors, needs_dciodvfy
from tests.io.film_files import save_dicom
from tests.phantom import chest_film
from tests.screening.ray.archives import changed_bundle

CHEST = Path(get_testdata_file("RG1_UNCR.dcm", download=False))
LONG_AGO = "1990-01-01"
SECRET = "Geheim"

pytestmark = [pytest.mark.slow, needs_orthanc]


@pytest.fixture
def orthanc(tmp_path):
    archive = Orthanc(tmp_path / "orthanc").start()
    yield archive
    archive.kill()


def _film(path: Path, number: int, **tags) -> Path:
    film, _ = chest_film((160, 160), number)
    identity = {
        "StudyInstanceUID": generate_uid(),
        "SeriesInstanceUID": generate_uid(),
        "StudyDate": date.today().strftime("%Y%m%d"),
        "PatientName": f"{SECRET}^Film{number}",
        "PatientID": f"{SECRET}-{number}",
    }
    return save_dicom(path, film.T * 16, bits=12, **identity | tags)


def _screen(orthanc: Orthanc, out: Path, *options: str):
    return CliRunner().invoke(app, ["pacs", "screen", orthanc.url, "--out", str(out), *options])


def _command(orthanc: Orthanc, out: Path, *options: str) -> list[str]:
    program = [sys.executable, "-c", "from chestxr.cli import app; app()", "pacs", "screen", orthanc.url]
    return [*program, "--out", str(out), *options]


@needs_dciodvfy
def test_real_film_gets_a_segmentation_and_a_report(orthanc, tmp_path):
    orthanc.send(CHEST)
    result = _screen(orthanc, tmp_path / "out", "--since", LONG_AGO)
    assert result.exit_code == 0 and "1 of 1 new films screened" in result.output
    (segmentation,), (report,) = orthanc.objects("SEG"), orthanc.objects("SR")
    for name, content in (("seg.dcm", segmentation), ("sr.dcm", report)):
        (tmp_path / name).write_bytes(content)
        assert dicom_errors(tmp_path / name) == []
    film = pydicom.dcmread(CHEST)
    seg = hd.seg.segread(io.BytesIO(segmentation))
    pixels = seg.get_pixels_by_source_instance(
        [film.SOPInstanceUID], combine_segments=True, ignore_spatial_locations=True
    )[0]
    (mask,) = (tmp_path / "out").glob("*_lungs.png")
    assert (read_mask([mask])[0] == pixels.T).all()
    assert seg.PatientID == film.PatientID and seg.StudyInstanceUID == film.StudyInstanceUID
    assert seg.SOPInstanceUID in str(hd.sr.srread(io.BytesIO(report)))


def test_films_with_a_report_are_skipped(orthanc, tmp_path):
    for number in range(2):
        orthanc.send(_film(tmp_path / f"{number}.dcm", number))
    assert _screen(orthanc, tmp_path / "out").exit_code == 0
    again = _screen(orthanc, tmp_path / "another folder")
    assert again.exit_code == 0 and "0 of 0 new films screened; 2 screened before" in again.output
    orthanc.send(_film(tmp_path / "new.dcm", 2))
    assert "1 of 1 new films screened" in _screen(orthanc, tmp_path / "out").output
    assert len(orthanc.objects("SR")) == 3


def test_only_chest_films_since_the_date_are_found(orthanc, tmp_path):
    kinds = {
        "chest": {"BodyPartExamined": "CHEST"},
        "hand": {"BodyPartExamined": "HAND"},
        "lateral": {"ViewPosition": "LL"},
        "old": {"StudyDate": "20010101"},
        "ct": {"Modality": "CT"},
        "dx": {"Modality": "DX", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1"},
        "raw": {"Modality": "DX", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1.1"},
    }
    sent = {}
    for number, (kind, tags) in enumerate(kinds.items()):
        path = _film(tmp_path / f"{kind}.dcm", number, **tags)
        orthanc.send(path)
        sent[pydicom.dcmread(path).SOPInstanceUID] = kind
    found = [sent[film.instance] for film in DicomWebClient(orthanc.url).films(date.today())]
    assert sorted(found) == ["chest", "dx"]


def test_unreadable_film_is_reported_and_others_are_screened(orthanc, tmp_path):
    orthanc.send(_film(tmp_path / "good.dcm", 0))
    constant = save_dicom(
        tmp_path / "constant.dcm",
        np.full((160, 160), 7),
        StudyInstanceUID=generate_uid(),
        SeriesInstanceUID=generate_uid(),
        StudyDate=date.today().strftime("%Y%m%d"),
    )
    orthanc.send(constant)
    result = _screen(orthanc, tmp_path / "out")
    assert result.exit_code == 1 and "the same value everywhere" in result.stderr
    assert len(orthanc.objects("SR")) == 1
    again = _screen(orthanc, tmp_path / "out")
    assert again.exit_code == 1 and "0 of 0 new films screened; 1 screened before; 1 could not be read" in again.output


def test_temporary_failure_is_retried(orthanc, tmp_path, monkeypatch):
    orthanc.send(_film(tmp_path / "film.dcm", 0))

    def out_of_memory(pool, item):
        return unforeseen(MemoryError(), item["image"])

    with monkeypatch.context() as short:
        short.setattr("chestxr.screening.local.pool.FilmPool.screen_film", out_of_memory)
        result = _screen(orthanc, tmp_path / "out")
    assert result.exit_code == 1 and "found a film that takes more memory than there is" in result.stderr
    assert _screen(orthanc, tmp_path / "out").exit_code == 0 and len(orthanc.objects("SR")) == 1


def test_crashing_film_does_not_affect_others(orthanc, tmp_path):
    deadly, other = (_film(tmp_path / f"{number}.dcm", number) for number in range(2))
    for film in (deadly, other):
        orthanc.send(film)
    instance = pydicom.dcmread(deadly).SOPInstanceUID.encode()
    kill = f"{instance} in open(item['image'], 'rb').read() and __import__('os').kill(__import__('os').getpid(), 9)"
    bundle = changed_bundle(tmp_path, kill)
    result = _screen(orthanc, tmp_path / "out", "--bundle", str(bundle), "--trust-bundle")
    assert result.exit_code == 1 and "the process that screened it ended" in result.stderr
    assert "1 of 2 new films screened" in result.output and len(orthanc.objects("SR")) == 1


def test_film_without_a_report_is_not_done(orthanc, tmp_path):
    """A readable film with a header from which no report can be built."""
    film = pydicom.dcmread(_film(tmp_path / "non_conformant.dcm", 0))
    film.add_new("AcquisitionTime", "LO", "invalid")
    film.add_new("LossyImageCompression", "CS", "01")
    film.add_new("LossyImageCompressionRatio", "LO", "invalid")
    film.save_as(tmp_path / "non_conformant.dcm")
    orthanc.send(tmp_path / "non_conformant.dcm")
    result = _screen(orthanc, tmp_path / "out")
    assert result.exit_code == 1 and "found a film without a report" in result.stderr
    assert not orthanc.objects("SR")


def test_partial_file_of_a_killed_run_is_removed(orthanc, tmp_path):
    left = tmp_path / "out" / "fetched" / ".part-4194305-film.dcm"
    left.parent.mkdir(parents=True)
    left.write_bytes(SECRET.encode())
    assert _screen(orthanc, tmp_path / "out").exit_code == 0
    assert not left.exists()


def test_outage_ends_the_run(orthanc, tmp_path, monkeypatch):
    for number in range(6):
        orthanc.send(_film(tmp_path / f"{number}.dcm", number))
    fetched = []

    def gone(self, film, path):
        fetched.append(film)
        raise UnavailableError(f"{self.server}: does not answer")

    monkeypatch.setattr(DicomWebClient, "fetch", gone)
    result = _screen(orthanc, tmp_path / "out")
    assert result.exit_code == 1 and "0 of 6 new films screened" in result.output
    assert len(fetched) == 3 and result.stderr.count("does not answer") == 1


def test_no_name_or_identifier_leaves_the_archive(orthanc, tmp_path):
    film = _film(tmp_path / "film.dcm", 0)
    orthanc.send(film)
    orthanc.send(_film(tmp_path / "non_conformant.dcm", 1, PatientName=f"{SECRET} " * 30))
    out = tmp_path / "out"
    done = subprocess.run(_command(orthanc, out), capture_output=True, text=True, check=True)
    printed = done.stdout + done.stderr
    uids = [pydicom.dcmread(film)[name].value for name in ("SOPInstanceUID", "StudyInstanceUID")]
    kept = [path for path in out.rglob("*") if path.suffix != ".dcm"]
    texts = [
        printed,
        *map(str, out.rglob("*")),
        *(path.read_bytes().decode("latin1") for path in kept if path.is_file()),
    ]
    for secret in (SECRET, *uids):
        assert not any(secret in text for text in texts)
    assert not list(out.rglob("*.dcm")), "files with patient data must stay in the archive"
    assert not [path for path in kept if path.suffix in (".jpg", ".webp")], "pictures may show a name"


@pytest.mark.parametrize("moment", ["before", "within"])
def test_watch_continues_after_a_server_restart(orthanc, tmp_path, moment):
    for number in range(3):
        orthanc.send(_film(tmp_path / f"{number}.dcm", number))
    out = tmp_path / "out"
    if moment == "before":
        orthanc.kill()
    process = subprocess.Popen(
        _command(orthanc, out, "--watch", "--interval", "1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=hear_interrupts,
    )
    try:
        if moment == "within":
            _wait(lambda: list(out.glob("records/*.json")))
            orthanc.kill()
        time.sleep(3)
        orthanc.start()
        _wait(lambda: len(orthanc.objects("SR")) == 3)
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    _answered_once(orthanc, 3)


def test_killed_run_is_resumed(orthanc, tmp_path):
    for number in range(4):
        orthanc.send(_film(tmp_path / f"{number}.dcm", number))
    out = tmp_path / "out"
    for wanted in (1, 2):
        process = subprocess.Popen(_command(orthanc, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _wait(lambda wanted=wanted: len(list(out.glob("records/*.json"))) >= wanted)
        process.kill()
        process.wait()
    assert _screen(orthanc, out).exit_code == 0
    _answered_once(orthanc, 4)


def test_segmentation_without_report_is_completed_not_duplicated(orthanc, tmp_path):
    """As after a crash between the two uploads."""
    orthanc.send(CHEST)
    assert _screen(orthanc, tmp_path / "out", "--since", LONG_AGO).exit_code == 0
    report = pydicom.dcmread(io.BytesIO(orthanc.objects("SR")[0]))
    other = Orthanc(tmp_path / "other").start()
    try:
        other.send(CHEST)
        (tmp_path / "seg.dcm").write_bytes(orthanc.objects("SEG")[0])
        other.send(tmp_path / "seg.dcm")
        shutil.rmtree(tmp_path / "out")
        assert _screen(other, tmp_path / "out", "--since", LONG_AGO).exit_code == 0
        _answered_once(other, 1)
        assert pydicom.dcmread(io.BytesIO(other.objects("SR")[0])).SOPInstanceUID == report.SOPInstanceUID
    finally:
        other.kill()


def _answered_once(orthanc: Orthanc, films: int) -> None:
    for modality in ("SEG", "SR"):
        sources = [_source(pydicom.dcmread(io.BytesIO(content))) for content in orthanc.objects(modality)]
        assert len(sources) == len(set(sources))
        assert modality == "SEG" or len(sources) == films


def _source(result: pydicom.Dataset) -> str:
    return f"{result.StudyInstanceUID} {result.Modality}"


def _wait(condition, seconds: float = 120) -> None:
    for _ in range(int(seconds / 0.1)):
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError


def test_missing_server_is_named(tmp_path):
    result = CliRunner().invoke(app, ["pacs", "screen", "http://127.0.0.1:9/dicom-web", "--out", str(tmp_path)])
    assert result.exit_code == 2 and "http://127.0.0.1:9/dicom-web: does not answer" in result.stderr


@pytest.mark.parametrize("url", ["pacs.example", "ftp://pacs.example", "http://name:word@127.0.0.1/dicom-web"])
def test_invalid_url_is_rejected(url, tmp_path):
    result = CliRunner().invoke(app, ["pacs", "screen", url, "--out", str(tmp_path)])
    assert result.exit_code == 2 and "word" not in result.stderr.replace("password", "").replace("PASSWORD", "")


def test_invalid_date_is_rejected(tmp_path):
    result = CliRunner().invoke(app, ["pacs", "screen", "http://127.0.0.1:9/dicom-web", "--since", "yesterday"])
    assert result.exit_code == 2 and "expected 2026-11-30" in result.stderr


@pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx: apt-get install nginx-light")
def test_certificate_and_credentials_are_required(tmp_path, monkeypatch):
    orthanc = Orthanc(tmp_path / "orthanc", ARCHIVE_USER="reader", ARCHIVE_PASSWORD="s3cret-word").start()
    try:
        with tls_front(orthanc.port, tmp_path / "tls") as (url, certificate):

            def films() -> list:
                return list(DicomWebClient(f"{url}/dicom-web", retries=0).films(date.today()))

            with pytest.raises(ArchiveError, match="certificate cannot be verified"):
                films()
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
            with pytest.raises(ArchiveError, match="refuses access"):
                films()
            monkeypatch.setenv("CHESTXR_PACS_USER", "reader")
            monkeypatch.setenv("CHESTXR_PACS_PASSWORD", "s3cret-word")
            assert films() == []
            monkeypatch.delenv("CHESTXR_PACS_USER")
            netrc = tmp_path / "netrc"
            netrc.write_text("machine localhost login reader password s3cret-word\n")
            netrc.chmod(0o600)
            monkeypatch.setenv("NETRC", str(netrc))
            assert films() == []
    finally:
        orthanc.kill()


def test_films_on_several_pages_are_all_found(orthanc, tmp_path, monkeypatch):
    monkeypatch.setattr("chestxr.dicomweb.client._PAGE", 3)
    for number in range(8):
        orthanc.send(_film(tmp_path / f"{number}.dcm", number))
    assert len({film.instance for film in DicomWebClient(orthanc.url).films(date.today())}) == 8
