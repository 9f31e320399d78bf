"""One option names both kinds of receivers."""

import pytest

from chestxr.dicomweb.client import DicomWebClient
from chestxr.dimse.client import StorageClient
from chestxr.screening.destination import open_destination


@pytest.mark.parametrize(
    ("address", "kind"),
    [("ORTHANC@127.0.0.1:4242", StorageClient), ("http://127.0.0.1:8042/dicom-web", DicomWebClient)],
)
def test_address_decides_on_the_protocol(address, kind):
    destination = open_destination(address, "CHESTXR")
    assert isinstance(destination, kind) and destination.server == address


@pytest.mark.parametrize(("address", "title"), [("ORTHANC", "CHESTXR"), ("ORTHANC@127.0.0.1:4242", "")])
def test_invalid_address_or_title_is_rejected(address, title):
    with pytest.raises(ValueError, match="expected"):
        open_destination(address, title)
