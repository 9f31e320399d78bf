"""Write a film's results as DICOM objects that belong to its study."""

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
    Dictionary-based writing of lungs as a DICOM segmentation, ``<film>_seg.dcm``.

    Only films that came in DICOM get one: there is nothing else that it could refer to. A film on which
    :py:class:`LungQualityd` finds no two lungs gets none, so that no archive stores lungs of a hand. A film without
    identifiers, or with a header of which no object can be made, gets none and a warning in ``quality_flags``.

    Parameters
    ----------
    keys : str
        The label map (1, W, H) of the lungs, a MetaTensor at the film's own size.
    output_dir : str or os.PathLike
        Folder to write to.
    algorithm : Algorithm
        What outlined the lungs.
    uid_root : str, optional
        Prefix of new identifiers.
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

        The film's header and the object go into the item as ``dicom_header`` and ``dicom_segmentation``, None if there
        is none, and the names of written files as ``dicom_files``.
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
    Dictionary-based writing of what was found as a DICOM structured report, ``<film>_sr.dcm``.

    Needs what :py:class:`SaveDicomSegmentationd`, :py:class:`LungQualityd` and
    :py:class:`chestxr.tuberculosis.ScreenTuberculosisd` add to the item. Only films that came in DICOM get one.

    Parameters
    ----------
    keys : str
        The label map (1, W, H) of the lungs, a MetaTensor at the film's own size.
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
        """Write the report."""
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
    """Add to the quality flags why there is no DICOM result."""
    flags = [data["quality_flags"], f"no DICOM result: {error.found}"]
    return dict(data) | {"quality_flags": "; ".join(flag for flag in flags if flag)}


def _save(dataset: Dataset, path: Path) -> str:
    with atomic_write(path) as partial, silence_libraries():
        dataset.save_as(partial)
    return path.name
