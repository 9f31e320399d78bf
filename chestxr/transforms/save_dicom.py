"""Writers of DICOM SEG and SR objects in the study of a film."""

from collections.abc import Hashable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_data_type
from pydicom.dataset import Dataset

from chestxr.io.dicom.guard import dicom_build_errors
from chestxr.io.dicom.header import source_header
from chestxr.io.dicom.segmentation import LUNG_CODES, lung_segmentation
from chestxr.io.dicom.structured_report import FilmFindings, screening_report
from chestxr.io.dicom.uid import DEFAULT_UID_ROOT
from chestxr.io.result_files import REPORT, SEGMENTATION, result_file
from chestxr.utils.atomic import atomic_write
from chestxr.utils.errors import FilmError
from chestxr.utils.provenance import Algorithm
from chestxr.utils.silence import silence_libraries

__all__ = [
    "SaveDicomReportd",
    "SaveDicomSegmentationd",
]


class SaveDicomSegmentationd(MapTransform):
    """
    Dictionary-based writing of lungs as a DICOM Segmentation object, ``<film>_seg.dcm``.

    Only DICOM films get one, since a segmentation must refer to its source image. None is written if
    :py:class:`LungQualityd` does not find two lungs, so that no lungs are stored for a non-chest image. If the film has
    no UIDs, or its header is too non-conformant to build an object from, none is written and a warning is added to
    ``quality_flags``.

    Parameters
    ----------
    keys : str
        The label map (1, W, H) of the lungs, a MetaTensor at the original size of the film.
    output_dir : str or os.PathLike
        Output folder.
    algorithm : Algorithm
        The algorithm that segmented the lungs.
    uid_root : str, optional
        Prefix of new UIDs.
    """

    backend = [TransformBackends.NUMPY]

    def __init__(
        self, keys: str, output_dir: str | PathLike, algorithm: Algorithm, uid_root: str = DEFAULT_UID_ROOT
    ) -> None:
        super().__init__(keys)
        self.output_dir = Path(output_dir)
        self.algorithm = algorithm
        self.uid_root = uid_root

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """
        Write the segmentation.

        Return the item with the film's header ``dicom_header`` and the object ``dicom_segmentation``, each None if
        there is none, and ``dicom_files``, the names of the written files.
        """
        lungs = data[self.first_key(data)]
        source, stored = lungs.meta["filename_or_obj"], lungs.meta["dicom_header"]
        found = dict(data) | {"dicom_header": None, "dicom_segmentation": None, "dicom_files": []}
        if not stored:
            return found
        try:
            with dicom_build_errors(source), silence_libraries():
                header = source_header(stored.dataset, source)
                if data["is_chest"]:
                    labels = convert_data_type(lungs, np.ndarray)[0][0]
                    made = lung_segmentation(header, labels, self.algorithm, lungs.meta["reoriented"], self.uid_root)
                    written = _save(made, result_file(self.output_dir, data["film"], SEGMENTATION))
                    found |= {"dicom_segmentation": made, "dicom_files": [written]}
        except FilmError as error:
            return _flagged(found, error)
        return found | {"dicom_header": header}


class SaveDicomReportd(MapTransform):
    """
    Dictionary-based writing of the findings as a DICOM Structured Report, ``<film>_sr.dcm``.

    Use it after :py:class:`LungQualityd`, :py:class:`chestxr.tuberculosis.ScreenTuberculosisd` and
    :py:class:`SaveDicomSegmentationd`, whose results it reads from the item. Only DICOM films get one.

    Parameters
    ----------
    keys : str
        The label map (1, W, H) of the lungs, a MetaTensor at the original size of the film.
    output_dir, algorithm, uid_root
        As for :py:class:`SaveDicomSegmentationd`.
    """

    backend = [TransformBackends.NUMPY]

    def __init__(
        self, keys: str, output_dir: str | PathLike, algorithm: Algorithm, uid_root: str = DEFAULT_UID_ROOT
    ) -> None:
        super().__init__(keys)
        self.output_dir = Path(output_dir)
        self.algorithm = algorithm
        self.uid_root = uid_root

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Write the report; return the item with its name added to ``dicom_files``."""
        lungs, header = data[self.first_key(data)], data["dicom_header"]
        if header is None:
            return dict(data)
        findings = _findings(data, lungs)
        try:
            with dicom_build_errors(lungs.meta["filename_or_obj"]), silence_libraries():
                report = screening_report(header, data["dicom_segmentation"], findings, self.algorithm, self.uid_root)
                written = _save(report, result_file(self.output_dir, data["film"], REPORT))
        except FilmError as error:
            return _flagged(data, error)
        return dict(data) | {"dicom_files": [*data["dicom_files"], written]}


def _findings(data: Mapping[Hashable, Any], lungs: Any) -> FilmFindings:
    screening = data["screening"]
    numbers = {
        name: screening[key]
        for name, key in (("probability", "probability"), ("low", "probability_low"), ("high", "probability_high"))
        if screening[key] is not None
    }
    return FilmFindings(
        lung_pixels={label: int((lungs == label).sum()) for label in LUNG_CODES},
        pixel_area_mm2=float(np.prod(np.asarray(lungs.meta["pixel_spacing_mm"]))),
        at_detector=lungs.meta["pixel_spacing_source"] == "ImagerPixelSpacing",
        flags=data["quality_flags"].split("; ") if data["quality_flags"] else (),
        threshold=screening["threshold"],
        decision=screening["decision"],
        reasons=screening["reasons"].split("; ") if screening["reasons"] else (),
        no_score=screening["no_score"],
        **numbers,
    )


def _flagged(data: Mapping[Hashable, Any], error: FilmError) -> dict[Hashable, Any]:
    """Add the reason for a missing DICOM result to the quality flags."""
    flags = [data["quality_flags"], f"no DICOM result: {error.found}"]
    return dict(data) | {"quality_flags": "; ".join(flag for flag in flags if flag)}


def _save(dataset: Dataset, path: Path) -> str:
    with atomic_write(path) as partial, silence_libraries():
        dataset.save_as(partial)
    return path.name
