"""Addresses of the form AET@HOST:PORT."""

import pytest

from chestxr.dimse.application_entity import ApplicationEntity, check_title


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ORTHANC@127.0.0.1:4242", ("ORTHANC", "127.0.0.1", 4242)),
        ("OUR PACS@pacs.example:104", ("OUR PACS", "pacs.example", 104)),
        ("A@B@[::1]:11112", ("A@B", "::1", 11112)),
    ],
)
def test_address_is_read_and_written(text, parts):
    entity = ApplicationEntity.parse(text)
    assert (entity.title, entity.host, entity.port) == parts and str(entity) == text


@pytest.mark.parametrize(
    "text", ["", "ORTHANC", "ORTHANC@127.0.0.1", "127.0.0.1:104", "A@host:0", "A@host:65536", "A@ho st:1", "A@::1:104"]
)
def test_other_text_is_no_address(text):
    with pytest.raises(ValueError, match=r"expected AET@HOST:PORT|expected 1 to 16"):
        ApplicationEntity.parse(text)


@pytest.mark.parametrize("title", ["", " A", "A ", "A\\B", "A\nB", "Ä", "SEVENTEEN LETTERS"])
def test_invalid_title_is_rejected(title):
    with pytest.raises(ValueError, match="expected 1 to 16 ASCII characters"):
        check_title(title)
