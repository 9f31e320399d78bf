"""Non-conformant numbers in DICOM headers."""

import struct

import numpy as np
import pytest
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from chestxr.io import read_film
from chestxr.io.dicom.numbers import number_of, numbers_of
from tests.io.film_files import dicom_dataset

STORED = np.random.default_rng(0).integers(100, 4000, (70, 80))


def _raw(dataset: Dataset, keyword: str, content: str | bytes, vr: str = "") -> Dataset:
    tag = Tag(tag_for_keyword(keyword))
    content = content.encode() if isinstance(content, str) else content
    content += b" " * (len(content) % 2)
    dataset[tag] = RawDataElement(tag, vr or dictionary_VR(tag), len(content), content, 0, False, True)
    return dataset


def _read(path, dataset: Dataset):
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    dataset.save_as(path, write_like_original=False)
    return read_film(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [("1,5", [1.5]), ("", []), (" 2 ", [2]), ("1.5\\2", [1.5, 2]), ("1,5\\2,5", [1.5, 2.5]), ("x", []), ("nan", [])],
)
def test_numbers_are_parsed_or_ignored(content, expected):
    dataset = _raw(Dataset(), "RescaleSlope", content)
    assert numbers_of(dataset, "RescaleSlope") == expected
    assert number_of(dataset, "RescaleSlope") == (expected[0] if expected else None)


@pytest.mark.parametrize(
    ("slope", "intercept", "expected"),
    [("", "", STORED), ("1,0", "0,0", STORED), ("2", "", 2 * STORED), ("", "-7", STORED - 7), ("x", "x", STORED)],
)
def test_incomplete_rescale(tmp_path, slope, intercept, expected):
    dataset = _raw(_raw(dicom_dataset(STORED, 12), "RescaleSlope", slope), "RescaleIntercept", intercept)
    np.testing.assert_array_equal(_read(tmp_path / "film.dcm", dataset)[0].T, expected)


@pytest.mark.parametrize("content", ["", "x", "2000"])
def test_incomplete_window_is_ignored(tmp_path, content):
    dataset = _raw(dicom_dataset(STORED, 12), "WindowCenter", content)
    np.testing.assert_array_equal(_read(tmp_path / "film.dcm", dataset)[0].T, STORED)


def test_spacing_and_magnification_with_a_decimal_comma(tmp_path):
    dataset = _raw(dicom_dataset(STORED, 12), "ImagerPixelSpacing", "0,143\\0,2")
    _raw(dataset, "EstimatedRadiographicMagnificationFactor", "1,05")
    meta = _read(tmp_path / "film.dcm", dataset)[1]
    assert meta["pixel_spacing_mm"].tolist() == [0.2, 0.143] and meta["magnification"] == 1.05


@pytest.mark.parametrize("padding", [struct.pack("<h", -5000), struct.pack("<hh", -5000, 0)])
@pytest.mark.parametrize("vr", ["US", "SS"])
def test_padding_with_either_sign_in_the_header(tmp_path, vr, padding):
    stored = 100 - STORED
    stored[:, :16] = -5000
    dataset = dicom_dataset(stored, 16, PhotometricInterpretation="MONOCHROME1", PixelRepresentation=1)
    dataset.PixelData = stored.astype("<i2").tobytes()
    film = _read(tmp_path / "film.dcm", _raw(dataset, "PixelPaddingValue", padding, vr))[0].T
    assert (film[:, :16] == film.min()).all() and film[:, 16:].std() > 0
    assert np.corrcoef(film[:, 16:].ravel(), STORED[:, 16:].ravel())[0, 1] > 0.99


def test_padding_range_across_zero_of_unsigned_values(tmp_path):
    """-2 to 1 in a signed element are the highest and the lowest 12-bit values."""
    stored = STORED.copy()
    stored[:, :4], stored[:, 4:8] = 4094, 1
    dataset = _raw(dicom_dataset(stored, 12), "PixelPaddingValue", struct.pack("<h", -2), "SS")
    film = _read(tmp_path / "film.dcm", _raw(dataset, "PixelPaddingRangeLimit", struct.pack("<h", 1), "SS"))[0].T
    np.testing.assert_array_equal(film[:, 8:], STORED[:, 8:])
    assert (film[:, :8] == STORED[:, 8:].min()).all()
