"""Films stored as NIfTI."""

import math
from pathlib import Path

import nibabel as nib
import numpy as np

from chestxr.utils.errors import FilmError

from .decoded import DecodedImage, check_size
from .nifti_file import open_nifti
from .orientation import reorient

__all__ = ["read_nifti"]

_FEET_AND_HEAD = {"I": "F", "S": "H"}
# What the axes of a converted picture run to on the film.
_CONVERTED = {("L", "P"): ("L", "F"), ("R", "A"): ("L", "F"), ("L", "A"): ("L", "H"), ("R", "P"): ("R", "F")}


def read_nifti(content: bytes, path: Path) -> DecodedImage:
    """
    Read a single slice.

    A slice in the coronal plane is a true film: its affine says how to turn it upright. A slice in the axial plane,
    where no frontal film lies, is a picture that was converted. Those of ITK (x to L, y to P), and of MONAI and nibabel
    without an orientation of their own (x to R, y to A), are taken as (x, y), as stored. dcm2niix writes rows from
    below (x to L, y to A); x to R with y to P is its mirror image. The spacing is believed when the header's unit is mm
    and it is not the bare default of 1.

    Raises
    ------
    FilmError
        If the file is broken, or holds a volume, a lateral film or anything but numbers.
    """
    image = open_nifti(content, path)
    shape, affine, zooms = image.shape, image.affine, image.header.get_zooms()
    in_plane = [axis for axis, size in enumerate(shape) if size != 1]
    if len(in_plane) != 2 or max(in_plane) > 2:
        raise FilmError(path, f"an array of shape {shape}", "a single two-dimensional slice", "leave volumes out")
    check_size(path, *(shape[axis] for axis in in_plane))
    if image.get_data_dtype().kind not in "iuf":
        raise FilmError(
            path, "an image in colours or complex numbers", "a radiograph in shades of grey", "convert it to greyscale"
        )
    pixels = np.asarray(image.dataobj, dtype=np.float32).reshape([shape[axis] for axis in in_plane]).T
    spacing_mm = tuple(float(zooms[axis]) for axis in in_plane)
    known = image.header.get_xyzt_units()[0] == "mm" and spacing_mm != (1.0, 1.0) and min(spacing_mm) > 0
    pixels, reoriented = _turn(pixels, [nib.aff2axcodes(affine)[axis] for axis in in_plane], path)
    if reoriented.startswith("transposed"):
        spacing_mm = spacing_mm[::-1]
    return DecodedImage(
        pixels,
        spacing_mm=spacing_mm if known else (math.nan, math.nan),
        spacing_source="NIfTI" if known else "unknown",
        reoriented=reoriented,
    )


def _turn(pixels: np.ndarray, codes: list[str], path: Path) -> tuple[np.ndarray, str]:
    """Turn (rows, columns) upright; the codes say where columns (x) and rows (y) run to."""
    x_code, y_code = (_FEET_AND_HEAD.get(code, code) for code in codes)
    if (x_code, y_code) in _CONVERTED:
        x_code, y_code = _CONVERTED[x_code, y_code]
    elif (y_code, x_code) in _CONVERTED:
        y_code, x_code = _CONVERTED[y_code, x_code]
    return reorient(pixels, x_code, y_code, path)
