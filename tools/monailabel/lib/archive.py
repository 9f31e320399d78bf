"""Films from a DICOMweb service, and DICOM segmentations back to it, through chestxr's reader and writer."""

import logging
import os
import tempfile
from pathlib import Path

import highdicom as hd
import monailabel.datastore.dicom
import monailabel.endpoints.infer
import nibabel as nib
import numpy as np
from dicomweb_client.session_utils import create_session, create_session_from_user_pass
from fastapi import HTTPException
from monailabel.config import settings
from monailabel.datastore.dicom import DICOMwebClientX, DICOMWebDatastore

from chestxr.io import FilmError, read_film, read_mask
from chestxr.io.dicom_header import quiet_dicom, read_header
from chestxr.io.dicom_segmentation import lung_segmentation
from chestxr.io.orientation import turn_upright

from .labels import check_label

__all__ = ["film_datastore"]

_MODALITIES = ("CR", "DX")


def film_datastore(url: str) -> DICOMWebDatastore:
    """Open a DICOMweb service's chest films; names and passwords come from the environment, as MONAI Label has it."""
    name, password = settings.MONAI_LABEL_DICOMWEB_USERNAME, settings.MONAI_LABEL_DICOMWEB_PASSWORD
    session = create_session_from_user_pass(name, password) if name and password else create_session()
    # Its lines hold the identifiers of studies.
    logging.getLogger("dicomweb_client").setLevel(logging.WARNING)
    # MONAI Label's converters know volumes with a place in the room, and read MONOCHROME1 as a negative.
    monailabel.datastore.dicom.dicom_to_nifti = film_to_nifti
    monailabel.datastore.dicom.nifti_to_dicom_seg = lungs_to_dicom
    monailabel.endpoints.infer.nifti_to_dicom_seg = lungs_to_dicom
    return _FilmDatastore(
        client=DICOMwebClientX(url=url, session=session),
        search_filter={},
        cache_path=settings.MONAI_LABEL_DICOMWEB_CACHE_PATH or None,
        convert_to_nifti=True,
    )


class _FilmDatastore(DICOMWebDatastore):
    """Series of computed and digital radiographs."""

    def list_images(self) -> list[str]:
        """List the series: of both modalities, which one search of DICOMweb cannot ask for."""
        found = (self._client.search_for_series(search_filters={"Modality": modality}) for modality in _MODALITIES)
        return [series["0020000E"]["Value"][0] for some in found for series in some]

    def save_label(self, image_id: str, label_filename: str, label_tag: str, label_info: dict, *rest: object) -> str:
        """Keep a label if it is one of the film's; a final one in the archive too."""
        check_label(self, image_id, label_filename)
        return super().save_label(image_id, label_filename, label_tag, label_info, *rest)


def film_to_nifti(series: str, is_seg: bool = False) -> str:
    """Convert a series' film, or its segmentation, to NIfTI: upright, bone white, with spacing if that is stated."""
    target = _temporary(".nii.gz")
    if is_seg:
        array, affine = _labels_of(_only_file(series)), np.diag([-1.0, -1.0, 1.0, 1.0])
    else:
        film, meta = read_film(_film_of(series))
        array, affine = film, meta["affine"]
    nib.save(nib.Nifti1Image(array, affine), target)
    return target


def lungs_to_dicom(
    series: str, label: str, label_info: object = None, file_ext: str = "*", use_itk: bool = True
) -> str:
    """Write a label map as a DICOM segmentation of the series' film; drawn or corrected by a person."""
    film = _film_of(series)
    labels = read_mask([label])[0]
    segmentation = lung_segmentation(read_header(film), labels, None, read_film(film)[1]["reoriented"])
    target = _temporary(".dcm")
    with quiet_dicom():
        segmentation.save_as(target)
    return target


def _film_of(series: str) -> Path:
    """Return the frontal film of a series; a lateral beside it is passed over."""
    reasons = []
    for path in sorted(Path(series).iterdir()):
        try:
            read_film(path)
        except FilmError as error:
            reasons.append(error.found)
        else:
            return path
    raise HTTPException(400, f"found {'; '.join(reasons) or 'an empty series'}; expected a frontal chest film")


def _only_file(series: str) -> Path:
    return sorted(path for path in Path(series).iterdir() if path.is_file())[0]


def _labels_of(path: Path) -> np.ndarray:
    """Read a segmentation back as a label map (W, H), upright as its film is read."""
    with quiet_dicom():
        segmentation = hd.seg.segread(path)
        source = [uid for *_, uid in segmentation.get_source_image_uids()]
        rows = segmentation.get_pixels_by_source_instance(source, combine_segments=True, ignore_spatial_locations=True)[
            0
        ]
    codes = [str(code) for code in segmentation.get("PatientOrientation") or []]
    upright = turn_upright(rows, *codes, path)[0] if len(codes) == 2 else rows
    return np.ascontiguousarray(upright.T, dtype=np.uint8)


def _temporary(ending: str) -> str:
    """Make an empty file that the server removes when it has been sent or stored."""
    handle, name = tempfile.mkstemp(suffix=ending)
    os.close(handle)
    return name
