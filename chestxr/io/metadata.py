"""Metadata of a film for MONAI's transforms and writers."""

from os import PathLike

import numpy as np
from monai.utils import MetaKeys, SpaceKeys

from .decoded import DecodedImage
from .dicom.header import DicomHeader

__all__ = ["film_metadata"]


def film_metadata(path: str | PathLike, film: DecodedImage) -> dict:
    """
    Return the metadata of a film whose array is (W, H).

    In the affine, x runs to the patient's left and y down; unknown spacing counts as 1. No value is None, so that
    films can be collated into batches.

    Returns
    -------
    dict
        MONAI's keys, and ``pixel_spacing_mm`` (x, y; NaN when unknown), ``pixel_spacing_source``, ``magnification``,
        ``inverted``, ``reoriented``, ``study_date`` as in :py:class:`DecodedImage`; ``film_sha256``, the hash of its
        file, and ``dicom_header``, a :py:class:`chestxr.io.dicom.header.DicomHeader`, "" for other formats.
    """
    spacing = np.array(film.spacing_mm, dtype=np.float64)
    x, y = np.where(np.isfinite(spacing), spacing, 1.0)
    affine = np.diag([-x, -y, 1.0, 1.0])
    return {
        str(MetaKeys.AFFINE): affine,
        str(MetaKeys.ORIGINAL_AFFINE): affine.copy(),
        str(MetaKeys.SPATIAL_SHAPE): np.array(film.pixels.shape[1::-1]),
        str(MetaKeys.ORIGINAL_CHANNEL_DIM): "no_channel",
        str(MetaKeys.SPACE): str(SpaceKeys.RAS),
        "filename_or_obj": str(path),
        "pixel_spacing_mm": spacing,
        "pixel_spacing_source": film.spacing_source,
        "magnification": film.magnification,
        "inverted": film.inverted,
        "reoriented": film.reoriented,
        "study_date": film.study_date,
        "film_sha256": film.sha256,
        "dicom_header": "" if film.header is None else DicomHeader(film.header),
    }
