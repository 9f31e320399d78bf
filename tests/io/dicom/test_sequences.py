"""Sequences of defined and undefined length in a header are read within limits."""

import inspect
import sys

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

from chestxr.io import read_film
from chestxr.io.dicom.header import read_header
from chestxr.utils.errors import FilmError
from tests.io.film_files import save_dicom
from tests.phantom import chest_film

_LENGTHS = pytest.mark.parametrize("undefined", [False, True], ids=["stated length", "undefined length"])


def _film() -> np.ndarray:
    return chest_film((160, 160))[0].T.astype(np.uint16)


def _nested(levels: int, undefined: bool) -> Sequence:
    item = Dataset()
    item.add_new(0x00091001, "LO", "a vendor's")
    if levels > 1:
        item.RequestAttributesSequence = _nested(levels - 1, undefined)
        item["RequestAttributesSequence"].is_undefined_length = undefined
    return Sequence([item])


@_LENGTHS
def test_sequences_are_read_without_private_elements(tmp_path, undefined):
    identity = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    path = save_dicom(tmp_path / "film.dcm", _film(), RequestAttributesSequence=_nested(4, undefined), **identity)
    read_film(path)
    header = read_header(path)
    assert "a vendor's" not in str(header) and "RequestAttributesSequence" in header


@_LENGTHS
@pytest.mark.parametrize("levels", [14, 200])
def test_deeply_nested_sequences_are_rejected(tmp_path, undefined, levels):
    path = save_dicom(tmp_path / "film.dcm", _film(), RequestAttributesSequence=_nested(levels, undefined))
    for read in (read_film, read_header):
        with pytest.raises(FilmError, match=r"too many elements|truncated or broken"):
            read(path)


@_LENGTHS
def test_nested_sequences_are_rejected_close_to_the_recursion_limit(tmp_path, undefined):
    path = save_dicom(tmp_path / "film.dcm", _film(), RequestAttributesSequence=_nested(100, undefined))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 200)
    try:
        with pytest.raises(FilmError, match=r"too many elements|truncated or broken"):
            read_film(path)
    finally:
        sys.setrecursionlimit(limit)


def test_sequence_with_too_many_items_is_rejected(tmp_path):
    items = Sequence([Dataset() for _ in range(2000)])
    path = save_dicom(tmp_path / "film.dcm", _film(), RequestAttributesSequence=items)
    with pytest.raises(FilmError, match="too many elements"):
        read_film(path)


def test_many_large_luts_are_accepted(tmp_path):
    tables = []
    for _ in range(8):
        table = Dataset()
        table.LUTDescriptor = [0, 0, 16]
        table["LUTDescriptor"].VR = "US"
        table.add_new("LUTData", "OW", np.arange(65536, dtype="<u2").tobytes())
        tables.append(table)
    plain = save_dicom(tmp_path / "plain.dcm", _film())
    path = save_dicom(tmp_path / "film.dcm", _film(), VOILUTSequence=Sequence(tables))
    assert np.array_equal(read_film(path)[0], read_film(plain)[0])


def test_empty_voi_lut_is_ignored_for_monochrome1(tmp_path):
    plain = save_dicom(tmp_path / "plain.dcm", 65535 - _film(), PhotometricInterpretation="MONOCHROME1")
    empty = {"VOILUTSequence": Sequence([Dataset()]), "PhotometricInterpretation": "MONOCHROME1"}
    path = save_dicom(tmp_path / "film.dcm", 65535 - _film(), **empty)
    assert np.array_equal(read_film(path)[0], read_film(plain)[0])
