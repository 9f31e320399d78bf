"""What is written in DICOM of a broken film that was read."""

import tempfile
from pathlib import Path

import numpy as np
import pydicom
from monai.data import MetaTensor

from chestxr.io import Algorithm
from chestxr.transforms import SaveDicomReportd, SaveDicomSegmentationd

__all__ = ["write_results"]

_ALGORITHM = Algorithm("hostile", "1")
_SCREENING = {
    "probability": 0.5,
    "probability_low": 0.25,
    "probability_high": 0.75,
    "threshold": 0.5,
    "decision": "suspicious",
    "reasons": "",
    "no_score": "",
}


def write_results(path: Path, film: np.ndarray, meta: dict) -> str:
    """
    Write segmentation and report of a film as the screening bundle does, each half of it a lung, and read them.

    Parameters
    ----------
    path : pathlib.Path
        The film.
    film : numpy.ndarray, shape (W, H)
        Its pixels.
    meta : dict
        What is known of it, as :py:func:`chestxr.io.read_film` gives it.

    Returns
    -------
    str
        What reaches the user: why there is no result, if there is none.

    Raises
    ------
    AssertionError
        If a result is of another patient, or is no object of its kind.
    """
    lungs = np.ones((1, *film.shape), np.uint8)
    lungs[:, film.shape[0] // 2 :] = 2
    item = {"film": "film", "pred": MetaTensor(lungs, meta=meta | {"filename_or_obj": str(path)})}
    item |= {"is_chest": True, "quality_flags": "", "screening": _SCREENING}
    with tempfile.TemporaryDirectory() as folder:
        for save in (SaveDicomSegmentationd, SaveDicomReportd):
            item = save("pred", folder, _ALGORITHM)(item)
        found = {name: pydicom.dcmread(Path(folder) / name) for name in item["dicom_files"]}
    for name, modality in (("film_seg.dcm", "SEG"), ("film_sr.dcm", "SR")):
        assert name not in found or found[name].Modality == modality, "a result of another kind"
    header = item["dicom_header"]
    assert all(result.PatientID == header.PatientID for result in found.values()), "a result of another patient"
    return item["quality_flags"]
