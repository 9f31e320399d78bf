"""DICOM's own network (DIMSE, by pynetdicom): receive films and send results by C-STORE."""

from .application_entity import ApplicationEntity
from .client import StorageClient
from .inbox import Inbox
from .server import storage_server

__all__ = ["ApplicationEntity", "Inbox", "StorageClient", "storage_server"]
