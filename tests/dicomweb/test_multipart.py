"""Extract the only object of a multipart response."""

import pytest

from chestxr.dicomweb.multipart import only_part
from tests.dicomweb.stub_archive import as_parts

OBJECT = bytes(128) + b"DICM\x00\r\n--bord\r\n\r\n\xff\n\r\x85--border--"


def test_object_is_extracted_unchanged():
    said = as_parts(OBJECT)
    assert only_part(said.content, said.kind) == OBJECT
    assert only_part(b"before" + b"\r\n" + said.content + b"after", said.kind) == OBJECT
    assert only_part(said.content, 'Multipart/Related;boundary="border"') == OBJECT


def test_single_part_object_is_unchanged():
    assert only_part(OBJECT, "application/dicom; transfer-syntax=1.2.840.10008.1.2.1") == OBJECT


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (as_parts(), None),
        (as_parts(OBJECT, OBJECT), None),
        (as_parts(OBJECT, end=b""), None),
        (as_parts(b""), None),
        (as_parts(OBJECT[4:]), None),
        (as_parts(OBJECT[4:]), "application/dicom"),
        (as_parts(OBJECT, end=b"\r\n--border"), None),
        (as_parts(OBJECT), "multipart/related"),
        (as_parts(OBJECT), "multipart/related; boundary=other"),
        (as_parts(OBJECT), "text/html; boundary=border"),
        (as_parts(OBJECT), ""),
    ],
)
def test_response_without_exactly_one_whole_object_raises(said, kind):
    with pytest.raises(ValueError):
        only_part(said.content, said.kind if kind is None else kind)
