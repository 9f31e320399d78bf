"""Results are sent once; each failure says what is wrong and whether another attempt may succeed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
import pytest
from pynetdicom import evt
from pynetdicom.ae import ApplicationEntity as Receiver
from pynetdicom.sop_class import ComputedRadiographyImageStorage, CTImageStorage

from chestxr.dimse.application_entity import ApplicationEntity
from chestxr.dimse.client import StorageClient
from chestxr.dimse.status import DUPLICATE, NOT_AUTHORIZED, NOT_UNDERSTOOD, OUT_OF_RESOURCES, PROCESSING_FAILURE
from chestxr.utils.archive_errors import ArchiveError, RefusedError, UnavailableError
from tests.dicomweb.orthanc import free_port
from tests.dimse.dcmtk import needs_dcmtk, read_unpadded, storescp

SECRET = "Geheim"


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """Return the list of pauses between attempts, which are not waited for."""
    waited: list[float] = []
    monkeypatch.setattr("chestxr.dimse.client.sleep", waited.append)
    return waited


@contextmanager
def _receiver(
    respond: Callable[[evt.Event], int] = lambda _: 0, sop_class: str = ComputedRadiographyImageStorage, **settings
) -> Iterator[ApplicationEntity]:
    entity = Receiver("RECEIVER")
    for name, value in settings.items():
        setattr(entity, name, value)
    entity.add_supported_context(sop_class)
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, respond)])
    try:
        yield ApplicationEntity("RECEIVER", "127.0.0.1", server.server_address[1])
    finally:
        entity.shutdown()


def _failure(address: ApplicationEntity, film: Path) -> ArchiveError:
    with pytest.raises(ArchiveError) as error:
        StorageClient(address).store_once(film)
    assert str(error.value).startswith(f"{address}: ")
    return error.value


@needs_dcmtk
def test_received_object_is_the_one_that_was_sent(chest_dicom, tmp_path):
    with storescp(tmp_path / "received") as address:
        for _ in range(2):
            StorageClient(address).store_once(chest_dicom)
    (received,) = (tmp_path / "received").iterdir()
    assert pydicom.dcmread(received) == read_unpadded(chest_dicom)


@needs_dcmtk
def test_receiver_that_refuses_associations(chest_dicom, tmp_path, pauses):
    with storescp(tmp_path / "received", "--refuse") as address:
        failure = _failure(address, chest_dicom)
    assert isinstance(failure, UnavailableError) and "rejects the association" in str(failure)


@needs_dcmtk
def test_receiver_that_ends_the_association(chest_dicom, tmp_path, pauses):
    with storescp(tmp_path / "received", "--abort-during") as address:
        failure = _failure(address, chest_dicom)
    assert isinstance(failure, UnavailableError) and "ended the connection before it answered" in str(failure)
    assert pauses == [0.5, 1, 2, 4]


@pytest.mark.parametrize("status", [0, DUPLICATE, 0xB000, 0xB006, 0xB007])
def test_object_that_the_receiver_has_is_no_error(chest_dicom, status):
    asked = []
    with _receiver(lambda event: asked.append(event) or status) as address:
        StorageClient(address).store_once(chest_dicom)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        (OUT_OF_RESOURCES + 1, UnavailableError, "out of resources (status A701)"),
        (NOT_AUTHORIZED, UnavailableError, "refuses access (status 0124); allow CHESTXR"),
        (PROCESSING_FAILURE, ArchiveError, "refused an object (status 0110)"),
        (NOT_UNDERSTOOD, RefusedError, "refused an object (status C000)"),
        (0xA900, RefusedError, "refused an object (status A900)"),
    ],
)
def test_status_decides_on_the_error(chest_dicom, pauses, status, kind, message):
    with _receiver(lambda _: status) as address:
        failure = _failure(address, chest_dicom)
    assert type(failure) is kind and message in str(failure) and not pauses


def test_text_of_the_receiver_is_not_quoted(chest_dicom):
    def respond(_: evt.Event) -> pydicom.Dataset:
        response = pydicom.Dataset()
        response.Status, response.ErrorComment = NOT_UNDERSTOOD, f"{SECRET} is no patient"
        return response

    with _receiver(respond) as address:
        assert SECRET not in str(_failure(address, chest_dicom))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"require_calling_aet": ["OTHER"]}, "does not know the AE title CHESTXR; register it there"),
        ({"require_called_aet": True}, "does not answer to the AE title WRONG; correct it"),
    ],
)
def test_unknown_title_is_named_and_not_tried_again(chest_dicom, pauses, settings, message):
    with _receiver(**settings) as address:
        failure = _failure(ApplicationEntity("WRONG", address.host, address.port), chest_dicom)
    assert isinstance(failure, UnavailableError) and message in str(failure) and not pauses


def test_refused_class_is_named(chest_dicom, pauses):
    with _receiver(sop_class=CTImageStorage) as address:
        failure = _failure(address, chest_dicom)
    assert isinstance(failure, UnavailableError) and not pauses
    assert "accepts no objects of the class Computed Radiography Image Storage" in str(failure)


def test_busy_receiver_is_tried_again(chest_dicom, pauses):
    with _receiver(maximum_associations=1) as address:
        other = Receiver("OTHER")
        other.add_requested_context(ComputedRadiographyImageStorage)
        open_association = other.associate(address.host, address.port)
        failure = _failure(address, chest_dicom)
        open_association.release()
    assert isinstance(failure, UnavailableError) and "(local limit exceeded)" in str(failure)
    assert pauses == [0.5, 1, 2, 4]


def test_object_is_stored_once_the_receiver_answers(chest_dicom, monkeypatch):
    port, waited, stored = free_port(), [], []
    entity = Receiver("LATE")
    entity.add_supported_context(ComputedRadiographyImageStorage)

    def start(pause: float) -> None:
        waited.append(pause)
        if len(waited) == 2:
            handler = (evt.EVT_C_STORE, lambda event: stored.append(event) or 0)
            entity.start_server(("127.0.0.1", port), block=False, evt_handlers=[handler])

    client = StorageClient(ApplicationEntity("LATE", "127.0.0.1", port))
    monkeypatch.setattr("chestxr.dimse.client.sleep", start)
    client.store_once(chest_dicom)
    entity.shutdown()
    assert waited == [0.5, 1] and len(stored) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "nowhere.invalid"])
def test_missing_receiver(chest_dicom, pauses, host):
    failure = _failure(ApplicationEntity("NOBODY", host, free_port()), chest_dicom)
    assert isinstance(failure, UnavailableError) and "does not answer; check its address" in str(failure)


def test_no_thread_is_left(chest_dicom, pauses):
    """Threads of an association keep a program from ending."""
    with _receiver(lambda _: NOT_UNDERSTOOD) as address:
        _failure(address, chest_dicom)
    left = [thread for thread in threading.enumerate() if "Requestor" in thread.name or not thread.daemon]
    assert left == [threading.main_thread()]
