"""Films of known senders are kept before they are acknowledged; all else gets the right status."""

import io
import socket
import threading
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom.ae import ApplicationEntity as Sender
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DigitalXRayImageStorageForProcessing,
    SecondaryCaptureImageStorage,
)

from chestxr.dimse import server
from chestxr.dimse.server import FILM_CLASSES
from chestxr.dimse.status import DOES_NOT_MATCH, NOT_UNDERSTOOD, OUT_OF_RESOURCES, NotKeptError
from chestxr.io.dicom.transfer_syntaxes import FILM_SYNTAXES
from tests.dimse.dcmtk import echo, needs_dcmtk, read_unpadded, send
from tests.io.film_files import save_dicom

SECRET = "Geheim"


class Kept(dict):
    """Received films by UID, and the lines about objects that were not kept."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def keep(self, instance: str, content: bytes) -> None:
        self[instance] = content


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def port(kept):
    with server.storage_server("CHESTXR", "127.0.0.1", 0, kept.keep, kept.lines.append, ["MODALITY"]) as port:
        yield port


@pytest.fixture
def film(tmp_path, monkeypatch) -> Path:
    # Sends a file as it is, with the UIDs of its file meta information.
    monkeypatch.setattr("pynetdicom._config.STORE_SEND_CHUNKED_DATASET", True)
    pixels = np.random.default_rng(0).integers(0, 4096, (96, 72))
    tags = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.4", "PatientName": SECRET, "PatientID": SECRET}
    return save_dicom(tmp_path / "film.dcm", pixels, **tags)


def _send(port: int, path: Path, sop_class: str = ComputedRadiographyImageStorage) -> pydicom.Dataset:
    """Send a file; return the response."""
    entity = Sender("MODALITY")
    entity.add_requested_context(sop_class, ExplicitVRLittleEndian)
    association = entity.associate("127.0.0.1", port, ae_title="CHESTXR")
    assert association.is_established
    try:
        return association.send_c_store(path)
    finally:
        association.release()


@needs_dcmtk
def test_real_film_arrives_whole(chest_dicom, kept, port):
    assert echo(port) and send(port, chest_dicom).returncode == 0
    source = read_unpadded(chest_dicom)
    (content,) = kept.values()
    received = pydicom.dcmread(io.BytesIO(content))
    assert list(kept) == [source.SOPInstanceUID] and received == source and not kept.lines


@needs_dcmtk
def test_other_titles_are_rejected(chest_dicom, kept, port):
    for titles in ({"called": "OTHER"}, {"calling": "STRANGER"}):
        assert not echo(port, **titles) and send(port, chest_dicom, **titles).returncode != 0
    assert not kept


@pytest.mark.parametrize("sop_class", FILM_CLASSES)
def test_classes_of_films_are_accepted(kept, port, film, sop_class):
    made = pydicom.dcmread(film)
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = sop_class
    made.save_as(film)
    assert _send(port, film, sop_class).Status == 0 and list(kept) == [made.SOPInstanceUID]


def test_encodings_that_the_reader_decodes_are_accepted(port):
    contexts = [build_context(ComputedRadiographyImageStorage, syntax) for syntax in FILM_SYNTAXES]
    association = Sender("MODALITY").associate("127.0.0.1", port, contexts, ae_title="CHESTXR")
    accepted = {context.transfer_syntax[0] for context in association.accepted_contexts}
    association.release()
    assert accepted == set(FILM_SYNTAXES)


@pytest.mark.parametrize("sop_class", [CTImageStorage, DigitalXRayImageStorageForProcessing])
def test_other_classes_are_refused(port, sop_class):
    entity = Sender("MODALITY")
    entity.add_requested_context(sop_class)
    association = entity.associate("127.0.0.1", port, ae_title="CHESTXR")
    assert association.rejected_contexts and not association.is_established


def _without_pixels(film: pydicom.Dataset) -> None:
    del film.PixelData


def _of_other_class(film: pydicom.Dataset) -> None:
    film.SOPClassUID = SecondaryCaptureImageStorage


def _with_name_as_uid(film: pydicom.Dataset) -> None:
    film.SOPInstanceUID = SECRET


def _without_study(film: pydicom.Dataset) -> None:
    del film.StudyInstanceUID


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        (_without_pixels, DOES_NOT_MATCH, "an object without pixel data"),
        (_of_other_class, DOES_NOT_MATCH, "an object with other UIDs than its request"),
        (_with_name_as_uid, DOES_NOT_MATCH, "an object with other UIDs than its request"),
        (_without_study, NOT_UNDERSTOOD, "a DICOM film without StudyInstanceUID (one value each)"),
    ],
)
def test_object_that_is_no_film_is_refused(kept, port, film, change, status, reason, capfd):
    made = pydicom.dcmread(film)
    change(made)
    made.save_as(film)
    response = _send(port, film)
    assert (response.Status, response.ErrorComment) == (status, reason) and not kept
    assert kept.lines == [f"an object was not kept: {reason} (status {status:04X})"]
    assert "".join(capfd.readouterr()) == ""


def test_bytes_that_are_no_data_set_are_refused(kept, port, film, capfd):
    content = film.read_bytes()
    film.write_bytes(content[: content.index(b"\x08\x00\x16\x00")] + SECRET.encode() * 1000)
    response = _send(port, film)
    assert response.Status == NOT_UNDERSTOOD and not kept and len(kept.lines) == 1
    assert "".join(capfd.readouterr()) == "" and SECRET not in kept.lines[0] + response.ErrorComment


def test_object_larger_than_any_film_is_refused_without_being_held(kept, film, monkeypatch):
    sizes, store = [], server._store

    def recorded(event, *handlers):
        sizes.append(event.request.DataSet.getbuffer().nbytes)
        return store(event, *handlers)

    monkeypatch.setattr(server, "_store", recorded)
    monkeypatch.setattr(server, "MAX_BYTES", 1000)
    made = pydicom.dcmread(film)
    made.Rows, made.Columns, made.PixelData = 2000, 1000, bytes(4_000_000)
    made.save_as(film)
    with server.storage_server("CHESTXR", "127.0.0.1", 0, kept.keep, kept.lines.append) as port:
        response = _send(port, film)
        made.PixelData = b"12"
        made.save_as(film)
        assert _send(port, film).Status == 0
    assert (response.Status, response.ErrorComment) == (NOT_UNDERSTOOD, "an object larger than any film")
    assert sizes[0] <= 1000 + 2 * server._PDU_BYTES and len(kept) == 1


def test_lack_of_space_is_temporary(kept, port, film, monkeypatch):
    def full(*_) -> None:
        raise NotKeptError(OUT_OF_RESOURCES, "the disk is full")

    with server.storage_server("CHESTXR", "127.0.0.1", 0, full, kept.lines.append) as port:
        response = _send(port, film)
    assert (response.Status, response.ErrorComment) == (OUT_OF_RESOURCES, "the disk is full")
    assert kept.lines == ["an object was not kept: the disk is full (status A700)"]


@needs_dcmtk
def test_sender_that_stops_within_a_message_does_not_block_others(kept, monkeypatch):
    monkeypatch.setattr(server, "_TIMEOUT_S", 0.5)
    monkeypatch.setattr(server, "_MAX_ASSOCIATIONS", 1)
    with (
        server.storage_server("CHESTXR", "127.0.0.1", 0, kept.keep, kept.lines.append) as port,
        socket.create_connection(("127.0.0.1", port), timeout=20) as stopped,
    ):
        stopped.sendall(b"\x01\0\0\0")
        assert any(echo(port) for _ in range(40))


def test_port_in_use_is_named(kept, port):
    service = server.storage_server("CHESTXR", "127.0.0.1", port, kept.keep, kept.lines.append)
    with pytest.raises(OSError, match=rf"127\.0\.0\.1:{port}: cannot listen here \(Address already in use\)"), service:
        pass


def test_no_thread_is_left(kept, film):
    with server.storage_server("CHESTXR", "127.0.0.1", 0, kept.keep, kept.lines.append) as port:
        sender = Sender("MODALITY")
        sender.add_requested_context(ComputedRadiographyImageStorage)
        association = sender.associate("127.0.0.1", port, ae_title="CHESTXR")
        assert association.is_established
    association.join(20)
    association.dul.join(20)
    assert [thread for thread in threading.enumerate() if not thread.daemon] == [threading.main_thread()]
