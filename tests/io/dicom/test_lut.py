"""LUTs applied per grey level give the same result as LUTs applied per pixel."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from chestxr.io.dicom.lut import apply_luts
from tests.io.film_files import dicom_dataset

STORED = np.random.default_rng(0).integers(0, 4096, (70, 80)).astype(np.uint16)


def _table(values: np.ndarray, first: int = 0, entries: int | None = None) -> Dataset:
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [entries or len(values), first, 16])
    table.add_new("LUTData", "US", values.tolist())
    return table


SHOWN = {
    "as stored": {},
    "a rescale": {"RescaleSlope": 2, "RescaleIntercept": -1024},
    "a modality LUT": {"ModalityLUTSequence": [_table(np.arange(4096) ** 2 >> 8)]},
    "a window": {"WindowCenter": 1800, "WindowWidth": 900},
    "a window after a rescale": {"RescaleSlope": 0.5, "RescaleIntercept": 7, "WindowCenter": 900, "WindowWidth": 700},
    "a sigmoid": {"WindowCenter": 1800, "WindowWidth": 900, "VOILUTFunction": "SIGMOID"},
    "a VOI LUT": {"VOILUTSequence": [_table(np.arange(3000) * 21, 500)]},
    "a modality LUT that ends early": {"ModalityLUTSequence": [_table(np.arange(4096) * 15, entries=4097)]},
    "a VOI LUT that ends early": {"VOILUTSequence": [_table(np.arange(4096) * 15, entries=4097)]},
    "padding": {"PixelPaddingValue": 4000, "PixelPaddingRangeLimit": 4095},
}


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("kind", SHOWN)
def test_luts_by_level_equal_luts_by_pixel(kind, signed, photometric):
    dataset = dicom_dataset(STORED, 12, PhotometricInterpretation=photometric, **SHOWN[kind])
    dataset.PixelRepresentation = int(signed)
    stored = STORED.astype(np.int16) - 2048 if signed else STORED
    by_level = apply_luts(stored, dataset)
    assert by_level.shape == stored.shape
    np.testing.assert_array_equal(by_level, apply_luts(stored.astype(np.int32), dataset))
    np.testing.assert_array_equal(by_level, apply_luts(stored.astype(stored.dtype.newbyteorder(">")), dataset))


def test_window_that_makes_the_image_constant_is_ignored():
    dataset = dicom_dataset(STORED, 12, WindowCenter=50000, WindowWidth=10)
    np.testing.assert_array_equal(apply_luts(STORED, dataset), STORED)
