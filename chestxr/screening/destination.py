"""Where results are sent: a DICOMweb service, or an application entity of DICOM's own network."""

from pathlib import Path
from typing import Protocol

from chestxr.dicomweb.client import DicomWebClient
from chestxr.dimse.application_entity import ApplicationEntity
from chestxr.dimse.client import StorageClient

__all__ = ["Destination", "open_destination"]


class Destination(Protocol):
    """
    A receiver of results.

    Attributes
    ----------
    server : str
        Its address in a form that may be shown.
    """

    server: str

    def store_once(self, path: Path) -> None:
        """
        Store a DICOM file unless the receiver has the object.

        Raises
        ------
        ArchiveError
            If it is not stored.
        """


def open_destination(address: str, title: str) -> Destination:
    """
    Return the receiver of an address.

    Parameters
    ----------
    address : str
        "AET@HOST:PORT" for C-STORE, or the URL of a DICOMweb service for STOW-RS.
    title : str
        The calling AE title for C-STORE.

    Raises
    ------
    ValueError
        If the address or the title is invalid.
    """
    if "://" in address:
        return DicomWebClient(address)
    return StorageClient(ApplicationEntity.parse(address), title)
