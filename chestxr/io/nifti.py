"""Films stored as NIfTI; memory is bounded even if the header is hostile."""

import gzip
import io
import math
import struct
import zlib
from pathlib import Path

import nibabel as nib
import numpy as np

from chestxr.utils.errors import FilmError, broken_file

from .decoded import MAX_PIXELS, DecodedImage, check_size
from .orientation import reorient

__all__ = ["read_nifti"]

_FEET_AND_HEAD = {"I": "F", "S": "H"}
# Axis directions of a converted picture, and the film directions they mean.
_CONVERTED = {("L", "P"): ("L", "F"), ("R", "A"): ("L", "F"), ("L", "A"): ("L", "H"), ("R", "P"): ("R", "F")}
_GZIP = b"\x1f\x8b"
# Formats and offsets of the dimensions, the bits per value and the data offset in headers of version 1 and 2.
_FIELDS = {348: ("8h", 40, "h", 72, "f", 108), 540: ("8q", 16, "h", 14, "q", 168)}
_HEADER = 544
# Header extensions hold text; no film's needs more room.
_MAX_OFFSET = 2**24
_MAX_VALUE_BITS = 64


def read_nifti(content: bytes, path: Path) -> DecodedImage:
    """
    Read a single slice.

    A slice in the coronal plane is turned upright by its affine. A slice in the axial plane, where no frontal film
    lies, is a converted picture. Those of ITK (x to L, y to P), and of MONAI and nibabel without an orientation (x to
    R, y to A), are read as stored, as (x, y). dcm2niix writes rows from the bottom (x to L, y to A); x to R with y to P
    is its mirror image. The spacing is used if the header's unit is mm and it is not the default of 1.

    Raises
    ------
    FilmError
        If the file is broken, or holds a volume, a lateral film, colours or complex numbers.
    """
    image = _open(content, path)
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
    spacing_mm = (float(zooms[in_plane[0]]), float(zooms[in_plane[1]]))
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
    """Turn (rows, columns) upright; the codes are the directions of columns (x) and rows (y)."""
    x_code, y_code = (_FEET_AND_HEAD.get(code, code) for code in codes)
    if (x_code, y_code) in _CONVERTED:
        x_code, y_code = _CONVERTED[x_code, y_code]
    elif (y_code, x_code) in _CONVERTED:
        y_code, x_code = _CONVERTED[y_code, x_code]
    return reorient(pixels, x_code, y_code, path)


def _open(content: bytes, path: Path) -> nib.Nifti1Image:
    """
    Read a single-file NIfTI, compressed or not.

    Returns
    -------
    nibabel.Nifti1Image
        Header and values, of version 1 or 2.

    Raises
    ------
    FilmError
        If the file is broken, its length differs from its header, or its header claims more values than any film has.
    """
    try:
        stored = io.BytesIO(content)
        with gzip.GzipFile(fileobj=stored) if content.startswith(_GZIP) else stored as file:
            head = file.read(_HEADER)
            _check_single(head, path)
            end, row = _claimed_bytes(head, path)
            values = head + file.read(max(0, end + row - len(head)))
            if len(values) < end:
                raise broken_file(path, "NIfTI")
            if len(values) >= end + row:
                raise FilmError(path, "more values than its header says", "a whole NIfTI file", "export it again")
            version = nib.Nifti1Image if _header_size(head)[0] == 348 else nib.Nifti2Image
            return version.from_bytes(values)
    except FilmError:
        raise
    except (zlib.error, EOFError, gzip.BadGzipFile, struct.error, ValueError, OverflowError) as error:
        raise broken_file(path, "NIfTI") from error
    except (nib.filebasedimages.ImageFileError, nib.spatialimages.HeaderDataError) as error:
        raise broken_file(path, "NIfTI") from error


def _check_single(head: bytes, path: Path) -> None:
    """Reject the header of a .hdr/.img pair: an untrusted file must not choose which files are read."""
    if head[344:348] == b"ni1\0" or head[4:8] == b"ni2\0":
        raise FilmError(
            path, "a NIfTI header without its values", "a single file (.nii or .nii.gz)", "convert the pair"
        )


def _header_size(head: bytes) -> tuple[int, str]:
    """Return the header size, which identifies the version, and the byte order."""
    for order in "<>":
        size = struct.unpack_from(f"{order}i", head)[0]
        if size in _FIELDS:
            return size, order
    raise ValueError("neither NIfTI-1 nor NIfTI-2")


def _claimed_bytes(head: bytes, path: Path) -> tuple[int, int]:
    """Return the offset of the end of the values, and the bytes per row; less than a row after the end is padding."""
    size, order = _header_size(head)
    dims_form, dims_at, bits_form, bits_at, offset_form, offset_at = _FIELDS[size]
    axes, *dims = struct.unpack_from(order + dims_form, head, dims_at)
    bits = struct.unpack_from(order + bits_form, head, bits_at)[0]
    offset = struct.unpack_from(order + offset_form, head, offset_at)[0]
    if not 1 <= axes <= 7 or min(dims[:axes]) < 1:
        raise FilmError(path, "an array without values", "a film with pixels", "export it again")
    if math.prod(dims[:axes]) > MAX_PIXELS:
        claim = " x ".join(map(str, dims[:axes]))
        remedy = "check the file's origin; it may be broken or hostile"
        raise FilmError(path, f"a header that claims {claim} pixels", f"at most {MAX_PIXELS:,} pixels", remedy)
    if not (1 <= bits <= _MAX_VALUE_BITS and size <= offset <= _MAX_OFFSET):
        raise ValueError("invalid data type or offset")
    start = max(int(offset), 352 if size == 348 else 544)
    return start + math.prod(dims[:axes]) * bits // 8, max(1, dims[0] * bits // 8)
