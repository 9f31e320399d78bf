"""Receive films by C-STORE, and answer C-ECHO."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydicom.dataset import Dataset
from pynetdicom import evt
from pynetdicom.ae import ApplicationEntity as LocalEntity
from pynetdicom.pdu import P_DATA_TF

from chestxr.io.decode import film_errors
from chestxr.io.dicom.dataset import open_dicom
from chestxr.io.dicom.header import source_header
from chestxr.io.dicom.transfer_syntaxes import FILM_SYNTAXES
from chestxr.io.dicom.uid import is_uid
from chestxr.io.film_file import MAX_BYTES
from chestxr.utils.errors import FilmError
from chestxr.utils.silence import silence_libraries

from .application_entity import check_title
from .status import DOES_NOT_MATCH, NOT_UNDERSTOOD, OUT_OF_RESOURCES, SUCCESS, NotKeptError

__all__ = ["FILM_CLASSES", "storage_server"]

# SOP classes of images that the reader takes for films: CR, DX for presentation, and secondary captures.
FILM_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.1",
    "1.2.840.10008.5.1.4.1.1.1.1",
    "1.2.840.10008.5.1.4.1.1.7",
    "1.2.840.10008.5.1.4.1.1.7.2",
    "1.2.840.10008.5.1.4.1.1.7.3",
    "1.2.840.10008.5.1.4.1.1.7.4",
)
_VERIFICATION = "1.2.840.10008.1.1"
_MAX_ASSOCIATIONS = 8
# Of a sender that stops within a message or between two.
_TIMEOUT_S = 60
# Larger than the default of 16 kB, since each takes a loop of Python.
_PDU_BYTES = 2**17
_MAX_COMMAND = 2**16
# DICOM PS3.5, 6.2: the length of a LO.
_LONGEST_COMMENT = 64
_RECEIVED = Path("received object")


@contextmanager
def storage_server(
    title: str,
    host: str,
    port: int,
    keep: Callable[[str, bytes], None],
    report: Callable[[str], object],
    senders: Sequence[str] = (),
) -> Iterator[int]:
    """
    Run a storage service (SCP) for films, in threads of its own, while the context is open.

    It accepts C-ECHO, and objects of ``FILM_CLASSES`` in the transfer syntaxes that the reader decodes. The connection
    is not encrypted, and an AE title is no password.

    Parameters
    ----------
    title : str
        AE title; associations for another one are rejected.
    host : str
        Address to listen at; "127.0.0.1" accepts connections from this machine only.
    port : int
        TCP port; 0 for any free one.
    keep : callable
        Takes the SOP Instance UID and the file of a film and returns once the film is on the disk, or raises
        NotKeptError. Called by several threads.
    report : callable
        Takes a line about an object that was not kept, without anything of its header.
    senders : sequence of str, optional
        AE titles that may send; by default all.

    Yields
    ------
    int
        The TCP port.

    Raises
    ------
    ValueError
        If an AE title is invalid.
    OSError
        If the address cannot be used.
    """
    for each in (title, *senders):
        check_title(each)
    entity = LocalEntity(title)
    entity.require_called_aet = True
    entity.require_calling_aet = list(senders)
    entity.maximum_associations = _MAX_ASSOCIATIONS
    entity.maximum_pdu_size = _PDU_BYTES
    entity.acse_timeout = entity.network_timeout = entity.dimse_timeout = _TIMEOUT_S
    entity.add_supported_context(_VERIFICATION)
    for sop_class in FILM_CLASSES:
        entity.add_supported_context(sop_class, list(FILM_SYNTAXES))
    handlers = [
        (evt.EVT_CONN_OPEN, _limit_waiting),
        (evt.EVT_PDU_RECV, _drop_excess),
        (evt.EVT_C_STORE, _store, [keep, report]),
    ]
    with silence_libraries():
        try:
            server = entity.start_server((host, port), block=False, evt_handlers=handlers)
        except OSError as error:
            raise OSError(f"{host}:{port}: cannot listen here ({error.strerror}); choose another address") from error
        try:
            yield server.server_address[1]
        finally:
            entity.shutdown()


def _limit_waiting(event: evt.Event) -> None:
    """Limit the time of a read: a sender that disappears within a message would hold its thread."""
    event.assoc.dul.socket.socket.settimeout(_TIMEOUT_S)


def _drop_excess(event: evt.Event) -> None:
    """Drop the rest of a message that is larger than any film, instead of keeping it in memory."""
    message = event.assoc.dimse.message
    if message is None or not isinstance(event.pdu, P_DATA_TF):
        return
    if message.data_set.tell() > MAX_BYTES or message.encoded_command_set.tell() > _MAX_COMMAND:
        for item in event.pdu.presentation_data_value_items:
            item.presentation_data_value = item.presentation_data_value[:1]


def _store(event: evt.Event, keep: Callable[[str, bytes], None], report: Callable[[str], object]) -> Dataset:
    """Return the response to a C-STORE request, after the film is kept."""
    response = Dataset()
    try:
        sent = event.request.DataSet
        if sent is None:
            raise NotKeptError(NOT_UNDERSTOOD, "a request without an object")
        if sent.getbuffer().nbytes > MAX_BYTES:
            raise NotKeptError(NOT_UNDERSTOOD, "an object larger than any film")
        content = event.encoded_dataset()
        _check_film(content, event.request.AffectedSOPClassUID, event.request.AffectedSOPInstanceUID)
        keep(str(event.request.AffectedSOPInstanceUID), content)
        response.Status = SUCCESS
    except NotKeptError as error:
        response.Status, response.ErrorComment = error.status, error.reason
        report(f"an object was not kept: {error}")
    return response


def _check_film(content: bytes, sop_class: str, instance: str) -> None:
    """
    Check that a file is an image with the UIDs of its C-STORE request.

    Raises
    ------
    NotKeptError
        If it is not.
    """
    try:
        with film_errors(_RECEIVED):
            dataset = open_dicom(content, _RECEIVED)
            header = source_header(dataset, _RECEIVED)
            uids = str(header.SOPClassUID), str(header.SOPInstanceUID)
    except FilmError as error:
        status = NOT_UNDERSTOOD if error.lasting else OUT_OF_RESOURCES
        raise NotKeptError(status, error.found[:_LONGEST_COMMENT]) from None
    if uids != (sop_class, instance) or not is_uid(instance):
        raise NotKeptError(DOES_NOT_MATCH, "an object with other UIDs than its request")
    if "PixelData" not in dataset:
        raise NotKeptError(DOES_NOT_MATCH, "an object without pixel data")
