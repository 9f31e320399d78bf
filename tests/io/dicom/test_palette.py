"""Palettes of every bit depth and byte order give the same film; invalid palettes are rejected."""

import struct

import numpy as np
import pytest
from pydicom import uid

from chestxr.io import read_film
from chestxr.utils.errors import FilmError
from tests.io.film_files import dicom_dataset

STORED = np.add.outer(np.arange(96), np.arange(72)) * 20
LEVELS = np.arange(4096) >> 4
WIDTHS = {
    "8 bits": (8, LEVELS.astype("u1")),
    "8 bits in 16": (8, LEVELS.astype("<u2")),
    "16": (16, LEVELS.astype("<u2")),
}
RAMP = struct.pack("<6H", 0, 1, 0, 1, 4095, 65520)


def _saved(folder, tables, descriptor, segmented=""):
    dataset = dicom_dataset(STORED, bits=12, PhotometricInterpretation="PALETTE COLOR")
    for colour, table in zip(("Red", "Green", "Blue"), tables, strict=True):
        dataset.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", descriptor)
        dataset.add_new(f"{segmented}{colour}PaletteColorLookupTableData", "OW", table)
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    dataset.save_as(folder / "film.dcm", write_like_original=False)
    return folder / "film.dcm"


@pytest.mark.parametrize("width", WIDTHS)
def test_grey_palette_returns_its_levels(tmp_path, width):
    bits, levels = WIDTHS[width]
    film, _ = read_film(_saved(tmp_path, [levels.tobytes()] * 3, [4096, 0, bits]))
    assert np.array_equal(film.T, STORED >> 4)


@pytest.mark.parametrize("width", WIDTHS)
def test_colour_palette_is_rejected(tmp_path, width):
    bits, levels = WIDTHS[width]
    with pytest.raises(FilmError, match="a colour picture"):
        read_film(_saved(tmp_path, [levels.tobytes()] * 2 + [bytes(levels.nbytes)], [4096, 0, bits]))


def test_pixels_outside_the_palette_are_clipped(tmp_path):
    film, _ = read_film(_saved(tmp_path, [np.arange(1000, dtype="<u2").tobytes()] * 3, [1000, 100, 16]))
    assert np.array_equal(film.T, np.clip(STORED - 100, 0, 999))


def test_big_endian_palette_bytes_are_swapped(tmp_path):
    dataset = dicom_dataset(STORED, bits=12, PhotometricInterpretation="PALETTE COLOR")
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRBigEndian
    dataset.PixelData = STORED.astype(">u2").tobytes()
    for colour in ("Red", "Green", "Blue"):
        dataset.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", [4096, 0, 16])
        dataset.add_new(f"{colour}PaletteColorLookupTableData", "OW", (np.arange(4096) * 16).astype(">u2").tobytes())
    dataset.is_little_endian, dataset.is_implicit_VR = False, False
    dataset.save_as(tmp_path / "film.dcm", write_like_original=False)
    assert np.array_equal(read_film(tmp_path / "film.dcm")[0].T, STORED * 16)


@pytest.mark.parametrize(
    ("tables", "descriptor", "segmented", "found"),
    [
        ([RAMP] * 3, [4096, 0, 16], "Segmented", "a segmented palette"),
        ([LEVELS.astype("<u2").tobytes()[:-2]] * 3, [4096, 0, 16], "", "another size than it says"),
        ([LEVELS.astype("u1").tobytes()] * 3, [4096, 0, 12], "", "another size than it says"),
        ([b""] * 3, [4096, 0, 8], "", "another size than it says"),
    ],
)
def test_invalid_palettes_are_rejected(tmp_path, tables, descriptor, segmented, found):
    with pytest.raises(FilmError, match=found):
        read_film(_saved(tmp_path, tables, descriptor, segmented))
