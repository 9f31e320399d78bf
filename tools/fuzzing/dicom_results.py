"""Write and check the SEG and SR of a broken film that was read."""

import tempfile
from pathlib import Path

import numpy as np
import pydicom
from monai.data import MetaTensor
from pydicom.dataset import Dataset

from chestxr.transforms import SaveDicomReportd, SaveDicomSegmentationd
from chestxr.utils.lesion_mark import LesionMark
from chestxr.utils.provenance import Algorithm
from chestxr.utils.silence import silence_libraries

__all__ = ["write_results"]

_ALGORITHM = Algorithm("fuzzing", "1")
_SCREENING = {
    "probability": 0.5,
    "probability_low": 0.25,
    "probability_high": 0.75,
    "threshold": 0.5,
    "decision": "suspicious",
    "reasons": "opacity, right upper zone, 0.83",
    "marks": [LesionMark(1.0, 1.0, 0.83, "right_upper")],
    "no_score": "",
}


def write_results(path: Path, film: np.ndarray, meta: dict) -> str:
    """
    Write SEG and SR of a film as the screening bundle does, with each half of it as a lung, and read them back.

    Parameters
    ----------
    path : pathlib.Path
        The film.
    film : numpy.ndarray, shape (W, H)
        The pixels.
    meta : dict
        Metadata as returned by :py:func:`chestxr.io.read_film`.

    Returns
    -------
    str
        Text that reaches the user: the reason for a missing result, if any.

    Raises
    ------
    AssertionError
        If a result belongs to another patient or is not an object of its kind.
    """
    lungs = np.ones((1, *film.shape), np.uint8)
    lungs[:, film.shape[0] // 2 :] = 2
    item = {"film": "film", "pred": MetaTensor(lungs, meta=meta | {"filename_or_obj": str(path)})}
    item |= {"is_chest": True, "quality_flags": "", "screening": _SCREENING}
    with tempfile.TemporaryDirectory() as folder:
        for save in (SaveDicomSegmentationd, SaveDicomReportd):
            item = save("pred", folder, _ALGORITHM)(item)
        with silence_libraries():
            _check([pydicom.dcmread(Path(folder) / name) for name in item["dicom_files"]], item["dicom_header"])
    return item["quality_flags"]


def _check(results: list[Dataset], header: Dataset) -> None:
    kinds = [result.Modality for result in results]
    assert kinds in ([], ["SEG"], ["SR"], ["SEG", "SR"]), "results of another kind"
    for result in results:
        for keyword in ("PatientID", "StudyInstanceUID"):
            assert str(result.get(keyword) or "") == str(header.get(keyword) or ""), f"another {keyword}"
