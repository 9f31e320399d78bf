"""Convert films and segmentations of an archive to MONAI Label's files and back, with chestxr's reader and writer."""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import highdicom as hd
import nibabel as nib
import numpy as np
from fastapi import HTTPException
from pydicom.dataset import Dataset

from chestxr.io import read_film, read_mask
from chestxr.io.dicom.guard import dicom_build_errors
from chestxr.io.dicom.header import read_header
from chestxr.io.dicom.segmentation import LUNG_CODES, lung_segmentation
from chestxr.io.orientation import apply_reorientation
from chestxr.utils.errors import FilmError
from chestxr.utils.silence import silence_libraries

from .labels import readable

__all__ = ["film_to_nifti", "is_drawn_lungs", "lungs_to_dicom", "lungs_to_nifti"]


def film_to_nifti(series: str) -> str:
    """Convert a series' film to NIfTI: upright, bone white, with the spacing if stated."""
    film, meta = read_film(_film_of(series))
    target = _temporary(".nii.gz")
    nib.save(nib.Nifti1Image(film, meta["affine"]), target)
    return target


def lungs_to_dicom(
    series: str, label: str, label_info: object = None, file_ext: str = "*", use_itk: bool = True
) -> str:
    """
    Write a label map drawn or corrected by a person as a DICOM segmentation of the series' film.

    Raises
    ------
    HTTPException
        With status 400 if the label marks no lung, or the film's header does not allow a segmentation.
    """
    film, target = _film_of(series), _temporary(".dcm")
    with ExitStack() as failed:
        failed.callback(os.unlink, target)
        try:
            with tempfile.TemporaryDirectory() as folder:
                labels = read_mask([readable(label, Path(folder))])[0]
            with dicom_build_errors(film), silence_libraries():
                lung_segmentation(read_header(film), labels, None, read_film(film)[1]["reoriented"]).save_as(target)
        except FilmError as error:
            raise HTTPException(400, f"found {error.found}; expected {error.expected}; {error.remedy}") from None
        failed.pop_all()
    return target


def lungs_to_nifti(segmentation: Dataset, series: str) -> str:
    """
    Convert a segmentation of a series' film to a NIfTI label map, upright like the film.

    Raises
    ------
    ValueError
        If its segments do not match the film's size.
    """
    film, meta = read_film(_film_of(series))
    with silence_libraries():
        lungs = hd.seg.Segmentation.from_dataset(segmentation)
        source = [uid for *_, uid in lungs.get_source_image_uids()]
        rows = np.zeros((lungs.Rows, lungs.Columns), np.uint8)
        for label, code in LUNG_CODES.items():
            for number in lungs.get_segment_numbers(segmented_property_type=code):
                frame = lungs.get_pixels_by_source_instance(source, [number], ignore_spatial_locations=True)[0]
                rows[frame[..., 0] > 0] = label
    upright = apply_reorientation(rows, meta["reoriented"]).T
    if upright.shape != film.shape:
        raise ValueError("found a segmentation whose size differs from its film's")
    target = _temporary(".nii.gz")
    nib.save(nib.Nifti1Image(np.ascontiguousarray(upright), np.diag([-1.0, -1.0, 1.0, 1.0])), target)
    return target


def is_drawn_lungs(segmentation: Dataset) -> bool:
    """Return whether a segmentation, or its metadata, contains lungs drawn or corrected by a person."""
    codes = {code.value for code in LUNG_CODES.values()}
    segments = segmentation.get("SegmentSequence") or []
    drawn = all(segment.get("SegmentAlgorithmType") != "AUTOMATIC" for segment in segments)
    named = {kind.get("CodeValue") for segment in segments for kind in segment.SegmentedPropertyTypeCodeSequence}
    return bool(segments) and drawn and bool(named & codes)


def _film_of(series: str) -> Path:
    """Return the frontal film of a series; a lateral film in it is skipped."""
    reasons = []
    for path in sorted(Path(series).iterdir()):
        try:
            read_film(path)
        except FilmError as error:
            reasons.append(error.found)
        else:
            return path
    raise HTTPException(400, f"found {'; '.join(reasons) or 'an empty series'}; expected a frontal chest film")


def _temporary(ending: str) -> str:
    """Create an empty file that the server removes after sending or storing it."""
    handle, name = tempfile.mkstemp(suffix=ending)
    os.close(handle)
    return name
