"""A lack of memory is a temporary error: the film may be read where there is more."""

import pytest
from pydicom.dataset import Dataset

from chestxr.io import read_film
from chestxr.io.dicom import dataset
from chestxr.io.dicom.header import read_header
from chestxr.utils.errors import FilmError


def _no_memory(*_, **__):
    raise MemoryError


@pytest.mark.parametrize("read", [read_film, read_header])
def test_memory_error_while_opening(monkeypatch, chest_dicom, read):
    monkeypatch.setattr(dataset.pydicom, "dcmread", _no_memory)
    with pytest.raises(FilmError, match="more memory than there is") as error:
        read(chest_dicom)
    assert not error.value.lasting


def test_memory_error_while_decoding(monkeypatch, chest_dicom):
    monkeypatch.setattr(Dataset, "pixel_array", property(_no_memory))
    with pytest.raises(FilmError, match="more memory than there is") as error:
        read_film(chest_dicom)
    assert not error.value.lasting
