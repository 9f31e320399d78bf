"""Writers of DICOM objects that show the lungs in the study of a film: SEG and GSPS."""

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
from chestxr.io.dicom.presentation_state import lung_presentation
from chestxr.io.dicom.segmentation import check_segmentation_type, lung_segmentation
from chestxr.io.dicom.uid import DEFAULT_UID_ROOT
from chestxr.io.result_files import PRESENTATION, SEGMENTATION, result_file
from chestxr.utils.atomic import atomic_write
from chestxr.utils.errors import FilmError
from chestxr.utils.provenance import Algorithm
from chestxr.utils.silence import silence_libraries

__all__ = ["SaveDicomPresentationd", "SaveDicomSegmentationd", "SaveDicomTransform"]


class SaveDicomTransform(MapTransform):
    """
    Base class of transforms that write a DICOM object for a DICOM film.

    If the film's header is too non-conformant to build an object from, none is written and a warning is added to
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

    def save(self, data: Mapping[Hashable, Any], dataset: Dataset, ending: str) -> dict[Hashable, Any]:
        """Write an object atomically; return the item with the file's name added to ``dicom_files``."""
        path = result_file(self.output_dir, data["film"], ending)
        with atomic_write(path) as partial, silence_libraries():
            dataset.save_as(partial)
        return dict(data) | {"dicom_files": [*data["dicom_files"], path.name]}

    @staticmethod
    def flagged(data: Mapping[Hashable, Any], error: FilmError) -> dict[Hashable, Any]:
        """Return the item with the reason for a missing object added to its quality flags."""
        flags = [data["quality_flags"], f"no DICOM result: {error.found}"]
        return dict(data) | {"quality_flags": "; ".join(flag for flag in flags if flag)}


class SaveDicomSegmentationd(SaveDicomTransform):
    """
    Dictionary-based writing of lungs as a DICOM Segmentation object, ``<film>_seg.dcm``.

    Only DICOM films get one, since a segmentation must refer to its source image. None is written if
    :py:class:`LungQualityd` does not find two lungs, so that no lungs are stored for a non-chest image, or if the film
    has no UIDs.

    Parameters
    ----------
    keys, output_dir, algorithm, uid_root
        As for :py:class:`SaveDicomTransform`.
    segmentation_type : str, optional
        "BINARY" or "LABELMAP"; see :py:func:`chestxr.io.dicom.segmentation.lung_segmentation`.

    Raises
    ------
    ValueError
        If the segmentation type is unknown.
    """

    def __init__(
        self,
        keys: str,
        output_dir: str | PathLike,
        algorithm: Algorithm,
        uid_root: str = DEFAULT_UID_ROOT,
        segmentation_type: str = "BINARY",
    ) -> None:
        super().__init__(keys, output_dir, algorithm, uid_root)
        check_segmentation_type(segmentation_type)
        self.segmentation_type = segmentation_type

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
                    labels, reoriented = _labels(lungs), lungs.meta["reoriented"]
                    made = lung_segmentation(
                        header, labels, self.algorithm, reoriented, self.uid_root, self.segmentation_type
                    )
                    found = self.save(found, made, SEGMENTATION) | {"dicom_segmentation": made}
        except FilmError as error:
            return self.flagged(found, error)
        return found | {"dicom_header": header}


class SaveDicomPresentationd(SaveDicomTransform):
    """
    Dictionary-based writing of the contours of the lungs as a DICOM presentation state, ``<film>_pr.dcm``.

    Use it after :py:class:`SaveDicomSegmentationd`: films without a segmentation get none. It serves viewers that show
    no segmentation on a film.

    Parameters
    ----------
    keys, output_dir, algorithm, uid_root
        As for :py:class:`SaveDicomTransform`.
    """

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Write the presentation state; return the item with its name added to ``dicom_files``."""
        lungs, header = data[self.first_key(data)], data["dicom_header"]
        if header is None or data["dicom_segmentation"] is None:
            return dict(data)
        try:
            with dicom_build_errors(lungs.meta["filename_or_obj"]), silence_libraries():
                state = lung_presentation(
                    header, _labels(lungs), self.algorithm, lungs.meta["reoriented"], self.uid_root
                )
                return self.save(data, state, PRESENTATION)
        except FilmError as error:
            return self.flagged(data, error)


def _labels(lungs: Any) -> np.ndarray:
    return convert_data_type(lungs, np.ndarray)[0][0]
