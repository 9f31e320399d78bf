"""Send DICOM objects by C-STORE."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import sleep

import pydicom
from pydicom import uid
from pydicom.dataset import Dataset
from pynetdicom import evt
from pynetdicom.ae import ApplicationEntity as LocalEntity
from pynetdicom.association import Association

from chestxr.utils.archive_errors import ArchiveError, RefusedError, UnavailableError
from chestxr.utils.silence import silence_libraries

from .application_entity import ApplicationEntity, check_title
from .status import NOT_AUTHORIZED, PROCESSING_FAILURE, is_out_of_resources, is_stored

__all__ = ["DEFAULT_TITLE", "StorageClient"]

DEFAULT_TITLE = "CHESTXR"
# To connect, for an answer to the association request, and for a response.
_CONNECTION_S, _ASSOCIATION_S, _RESPONSE_S = 10, 30, 120
_FIRST_PAUSE_S = 0.5
# Sent in either form: pynetdicom converts between them.
_PLAIN = (uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian)
# Result, source and reasons of a rejected association (DICOM PS3.8, table 9-21).
_TRANSIENT, _USER, _CALLING_TITLE, _CALLED_TITLE = 2, 1, 3, 7


class _TemporaryError(UnavailableError):
    """A failure that may be over after a moment."""


class StorageClient:
    """
    Send objects to a DICOM application entity by C-STORE.

    The connection is not encrypted. An object that the receiver already has is no error. Temporary failures are retried
    with exponential backoff.

    Parameters
    ----------
    destination : ApplicationEntity
        The receiver.
    title : str, optional
        The calling AE title, which some receivers must know.
    retries : int, optional
        Maximum number of retries, after half a second, one, two ... seconds.

    Raises
    ------
    ValueError
        If the title is invalid.
    """

    def __init__(self, destination: ApplicationEntity, title: str = DEFAULT_TITLE, retries: int = 4) -> None:
        check_title(title)
        self.server = str(destination)
        self._destination, self._title, self._retries = destination, title, retries

    def store_once(self, path: Path) -> None:
        """
        Send a DICOM file; it is stored once, since the receiver knows it by its UID.

        Raises
        ------
        RefusedError
            If the receiver rejects the object.
        UnavailableError
            If the receiver does not answer, or accepts no association, no objects of this SOP class, or no objects.
        ArchiveError
            If it is not stored for another reason: another attempt may succeed.
        """
        with silence_libraries():
            made = pydicom.dcmread(path)
            self._check(self._sent(made))

    def _sent(self, made: Dataset) -> int:
        """Send an object, with retries; return the status of the response."""
        for attempt in range(self._retries):
            try:
                return self._send(made)
            except _TemporaryError:
                sleep(_FIRST_PAUSE_S * 2**attempt)
        return self._send(made)

    def _send(self, made: Dataset) -> int:
        with self._association(made) as association:
            try:
                response = association.send_c_store(made)
            except (RuntimeError, ValueError):  # the receiver ended the association, or accepts no fitting encoding
                response = Dataset()
            if "Status" not in response:
                raise _TemporaryError(f"{self.server}: ended the connection before it answered; try again later")
            return response.Status

    @contextmanager
    def _association(self, made: Dataset) -> Iterator[Association]:
        local = LocalEntity(self._title)
        local.connection_timeout, local.acse_timeout = _CONNECTION_S, _ASSOCIATION_S
        local.dimse_timeout = local.network_timeout = _RESPONSE_S
        syntax = made.file_meta.TransferSyntaxUID
        local.add_requested_context(made.SOPClassUID, list(_PLAIN if syntax in _PLAIN else (syntax,)))
        called, connected = self._destination, Event()
        opened = (evt.EVT_CONN_OPEN, lambda _: connected.set())
        try:
            association = local.associate(called.host, called.port, ae_title=called.title, evt_handlers=[opened])
        except OSError:  # the host has no address
            raise self._unreachable() from None
        try:
            if not association.is_established:
                raise self._failure(association, made.SOPClassUID) if connected.is_set() else self._unreachable()
            yield association
            association.release()
        finally:
            if association.is_established:
                association.abort()

    def _failure(self, association: Association, sop_class: uid.UID) -> UnavailableError:
        """Return the error of an association that was not established, though the receiver could be reached."""
        answer = association.acceptor.primitive
        if association.rejected_contexts:
            return UnavailableError(f"{self.server}: accepts no objects of the class {sop_class.name}; allow it there")
        if not association.is_rejected or answer is None:
            return _TemporaryError(f"{self.server}: ended the connection; is it the port of a DICOM storage service?")
        remedies = {
            _CALLED_TITLE: f"it does not answer to the AE title {self._destination.title}; correct it",
            _CALLING_TITLE: f"it does not know the AE title {self._title}; register it there",
        }
        if answer.result_source == _USER and answer.diagnostic in remedies:
            return UnavailableError(f"{self.server}: rejects the association: {remedies[answer.diagnostic]}")
        kind = _TemporaryError if answer.result == _TRANSIENT else UnavailableError
        return kind(f"{self.server}: rejects the association ({answer.reason_str.lower()}); see its log")

    def _unreachable(self) -> UnavailableError:
        return _TemporaryError(f"{self.server}: does not answer; check its address and that it is running")

    def _check(self, status: int) -> None:
        """Raise an error if a status says that the object is not stored."""
        if is_stored(status):
            return
        if is_out_of_resources(status):
            raise UnavailableError(f"{self.server}: is out of resources (status {status:04X}); free space there")
        if status == NOT_AUTHORIZED:
            raise UnavailableError(f"{self.server}: refuses access (status {status:04X}); allow {self._title} to store")
        kind = ArchiveError if status == PROCESSING_FAILURE else RefusedError
        raise kind(f"{self.server}: refused an object (status {status:04X}); ask its administrator")
