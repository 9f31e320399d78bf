"""Bone is white for every combination of LUTs, slope, sign and polarity; dcmtk is the reference."""

import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.dataset import Dataset

from chestxr.io import read_film
from tests.io.film_files import dicom_dataset

needs_dcmtk = pytest.mark.skipif(shutil.which("dcm2pnm") is None, reason="dcm2pnm (Debian: dcmtk) is not installed")
ROWS, COLUMNS = np.mgrid[0:80, 0:90]
STORED = (ROWS + COLUMNS) * 20 + np.random.default_rng(0).integers(0, 40, ROWS.shape)  # 0 to 3,399
RISING = np.arange(4096)
WINDOWS = {"LINEAR": ["+Wi", "1"], "LINEAR_EXACT": ["+Wi", "1"], "SIGMOID": ["+Wi", "1"]}
TABLES = {"rising": RISING, "falling": RISING[::-1]}


def _table(values: np.ndarray, bits: int) -> Dataset:
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [len(values), 0, bits])
    table.add_new("LUTData", "US", [int(value) << (bits - 12) for value in values])
    return table


headers = st.fixed_dictionaries(
    {
        "photometric": st.sampled_from(["MONOCHROME1", "MONOCHROME2"]),
        "signed": st.booleans(),
        "modality": st.sampled_from([None, "rising", "falling"]),
        "slope": st.sampled_from([None, 1, -1, 2, -0.5, -10]),
        "intercept": st.sampled_from([0, 4095, -7, 3000]),
        "voi": st.sampled_from([None, *WINDOWS, *TABLES]),
        "bits": st.sampled_from([12, 16]),
        "shape": st.sampled_from([None, "IDENTITY", "INVERSE"]),
    }
)


def _written(path, header: dict) -> list[str]:
    """Write a film with a header; return dcmtk's options for its window or table."""
    stored = STORED - (2048 if header["signed"] else 0)
    values, tags = stored.astype(float), {"PhotometricInterpretation": header["photometric"]}
    if header["modality"]:
        assume(not header["signed"] and header["slope"] is None)
        tags["ModalityLUTSequence"] = [_table(TABLES[header["modality"]], header["bits"])]
        values = TABLES[header["modality"]][stored].astype(float) * 2 ** (header["bits"] - 12)
    elif header["slope"] is not None:
        tags |= {"RescaleSlope": header["slope"], "RescaleIntercept": header["intercept"]}
        values = values * header["slope"] + header["intercept"]
    options = ["+Wm"]
    if header["voi"] in WINDOWS:
        low, high = values.min(), values.max()
        tags |= {"WindowCenter": (low + high) / 2, "WindowWidth": 0.8 * (high - low)}
        tags |= {"VOILUTFunction": header["voi"]}
        options = WINDOWS[header["voi"]]
    elif header["voi"]:
        assume(values.min() >= 0 and values.max() < 4096)
        tags["VOILUTSequence"] = [_table(TABLES[header["voi"]], header["bits"])]
        options = ["+Wl", "1"]
    if header["shape"]:
        tags["PresentationLUTShape"] = header["shape"]
    dataset = dicom_dataset(stored, 12, **tags)
    dataset.PixelRepresentation = int(header["signed"])
    dataset.PixelData = stored.astype("<i2" if header["signed"] else "<u2").tobytes()
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    dataset.save_as(path, write_like_original=False)
    return options


@needs_dcmtk
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=headers)
def test_polarity_agrees_with_dcmtk(header, tmp_path):
    film, picture = tmp_path / "film.dcm", tmp_path / "film.png"
    options = _written(film, header)
    subprocess.run(["dcm2pnm", "+on", *options, str(film), str(picture)], check=True, capture_output=True)
    expected = np.asarray(Image.open(picture).convert("L"), float)
    assert np.corrcoef(read_film(film)[0].T.ravel(), expected.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_window_after_negative_slope_keeps_lower_values_darker(tmp_path, photometric, function):
    """OHIF/Viewers#127."""
    header = {"photometric": photometric, "signed": False, "modality": None, "slope": -10, "intercept": 3000}
    _written(tmp_path / "film.dcm", header | {"voi": function, "bits": 12, "shape": None})
    film = read_film(tmp_path / "film.dcm")[0].T
    towards = -1 if photometric == "MONOCHROME2" else 1
    assert towards * np.corrcoef(film.ravel(), STORED.ravel())[0, 1] > 0.9
