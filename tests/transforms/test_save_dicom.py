"""DICOM results of a film are written in its study; a non-conformant header costs them, not the mask."""

import errno
import struct

import numpy as np
import pytest
from monai.data import MetaTensor
from pydicom import dcmread
from pydicom.uid import generate_uid

from chestxr.io import read_film
from chestxr.transforms import (
    SaveDicomPictured,
    SaveDicomPresentationd,
    SaveDicomReportd,
    SaveDicomSegmentationd,
    save_dicom,
)
from chestxr.utils.lesion_mark import LesionMark
from chestxr.utils.provenance import Algorithm
from tests.io.film_files import save_dicom as save_dicom_film
from tests.phantom import chest_film

_PIXEL_DATA = struct.pack("<HH2sH", 0x7FE0, 0x0010, b"OW", 0)
# Found by tools/fuzzing/fuzz.py: pydicom raises several kinds of errors for malformed numbers and sequences.
NON_CONFORMANT = {
    "a number of six bytes": struct.pack("<HH2sH", 0x0018, 0x1402, b"UL", 6) + b"1e-400",
    "words for a sequence": struct.pack("<HH2sHI", 0x0040, 0x0275, b"SQ", 0, 6) + b"1e-400",
}


def _item(path) -> dict:
    film, meta = read_film(path)
    lungs = np.ones((1, *film.shape), np.uint8)
    lungs[:, film.shape[0] // 2 :] = 2
    meta = meta | {"filename_or_obj": str(path)}
    return {"film": "film", "pred": MetaTensor(lungs, meta=meta), "is_chest": True, "quality_flags": ""}


def film_with(path, element=b""):
    identity = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    save_dicom_film(path, chest_film((160, 160))[0].T.astype(np.uint16), **identity)
    before, pixels = path.read_bytes().split(_PIXEL_DATA)
    path.write_bytes(before + element + _PIXEL_DATA + pixels)
    return path


@pytest.mark.parametrize("element", NON_CONFORMANT.values(), ids=NON_CONFORMANT)
def test_malformed_header_is_flagged(tmp_path, element):
    item = _item(film_with(tmp_path / "film.dcm", element))
    found = SaveDicomSegmentationd("pred", tmp_path, Algorithm("model", "1"))(item)
    assert found["quality_flags"] == "no DICOM result: a header from which no DICOM object can be built"
    assert found["dicom_header"] is None and not list(tmp_path.glob("*_seg.dcm"))


def test_full_disk_raises(tmp_path, monkeypatch):
    item = _item(film_with(tmp_path / "film.dcm"))

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(save_dicom, "atomic_write", full)
    with pytest.raises(OSError, match="No space left"):
        SaveDicomSegmentationd("pred", tmp_path, Algorithm("model", "1"))(item)


SCORED = {
    "probability": 0.41,
    "probability_low": 0.35,
    "probability_high": 0.5,
    "threshold": 0.3,
    "decision": "suspicious",
    "reasons": "opacity, right upper zone, 0.83; lesions (+1.20); despite lungs, brightness (-0.30)",
    "marks": [LesionMark(40, 50, 0.83, "right_upper")],
    "no_score": "",
}
NOT_SCORED = SCORED | {"decision": "", "reasons": "", "marks": [], "no_score": "no two lungs were found"}
NOT_SCORED |= dict.fromkeys(("probability", "probability_low", "probability_high"))


@pytest.mark.parametrize("screening", [SCORED, NOT_SCORED], ids=["score", "no score"])
@pytest.mark.parametrize("chest", [True, False], ids=["lungs", "no lungs"])
def test_a_film_has_every_result_that_was_asked_for(tmp_path, screening, chest):
    item = _item(film_with(tmp_path / "film.dcm")) | {"screening": screening, "is_chest": chest}
    item["film_image"] = read_film(tmp_path / "film.dcm")[0][None]
    transforms = (SaveDicomSegmentationd, SaveDicomPresentationd, SaveDicomReportd, SaveDicomPictured)
    for save in transforms:
        item = save("pred", tmp_path, Algorithm("model", "1"))(item)
    endings = ["seg", "pr", "sr", "sc"] if chest else ["sr", "sc"]
    assert item["dicom_files"] == [f"film_{ending}.dcm" for ending in endings]
    assert {path.name for path in tmp_path.glob("film_*.dcm")} == set(item["dicom_files"])
    made = [dcmread(tmp_path / name) for name in item["dicom_files"]]
    assert len({dataset.SeriesInstanceUID for dataset in made}) == len({d.SOPInstanceUID for d in made}) == len(made)
    assert len({dataset.StudyInstanceUID for dataset in made}) == 1


def test_a_film_that_is_not_dicom_has_no_dicom_results(tmp_path):
    item = _item(film_with(tmp_path / "film.dcm")) | {"screening": SCORED}
    item["pred"].meta["dicom_header"] = ""
    item["film_image"] = read_film(tmp_path / "film.dcm")[0][None]
    for save in (SaveDicomSegmentationd, SaveDicomPresentationd, SaveDicomReportd, SaveDicomPictured):
        item = save("pred", tmp_path, Algorithm("model", "1"))(item)
    assert item["dicom_files"] == [] and item["quality_flags"] == ""
