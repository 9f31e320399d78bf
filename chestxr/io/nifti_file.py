"""Open a NIfTI file of any origin within bounds of memory."""

import gzip
import io
import math
import struct
import zlib
from pathlib import Path

import nibabel as nib

from chestxr.utils.errors import FilmError

from .decoded import MAX_PIXELS

__all__ = ["open_nifti"]

_GZIP = b"\x1f\x8b"
# Where headers of version 1 and 2 hold the dimensions, the bits of a value and where values begin.
_FIELDS = {348: ("8h", 40, "h", 72, "f", 108), 540: ("8q", 16, "h", 14, "q", 168)}
_HEADER = 544
# Header extensions hold text; no film's needs more room.
_MAX_OFFSET = 2**24
_MAX_VALUE_BITS = 64


def open_nifti(content: bytes, path: Path) -> nib.Nifti1Image:
    """
    Read a single file, compressed or not, by its content.

    Returns
    -------
    nibabel.Nifti1Image
        Header and values, of version 1 or 2.

    Raises
    ------
    FilmError
        If the file is broken, of another length than its header says, or claims more values than any film has.
    """
    try:
        whole = io.BytesIO(content)
        with gzip.GzipFile(fileobj=whole) if content.startswith(_GZIP) else whole as file:
            head = file.read(_HEADER)
            _check_single(head, path)
            end, row = _claimed_bytes(head, path)
            values = head + file.read(max(0, end + row - len(head)))
            if len(values) < end:
                raise _broken(path)
            if len(values) >= end + row:
                raise FilmError(path, "more values than its header says", "a whole NIfTI file", "export it again")
            version = nib.Nifti1Image if _header_size(head)[0] == 348 else nib.Nifti2Image
            return version.from_bytes(values)
    except FilmError:
        raise
    except (zlib.error, EOFError, gzip.BadGzipFile, struct.error, ValueError, OverflowError) as error:
        raise _broken(path) from error
    except (nib.filebasedimages.ImageFileError, nib.spatialimages.HeaderDataError) as error:
        raise _broken(path) from error


def _check_single(head: bytes, path: Path) -> None:
    """Refuse the header of a pair: a file from others must not choose which files are read."""
    if head[344:348] == b"ni1\0" or head[4:8] == b"ni2\0":
        raise FilmError(
            path, "a NIfTI header without its values", "a single file (.nii or .nii.gz)", "convert the pair"
        )


def _header_size(head: bytes) -> tuple[int, str]:
    """Return the version's header size and the order of bytes."""
    for order in "<>":
        size = struct.unpack_from(f"{order}i", head)[0]
        if size in _FIELDS:
            return size, order
    raise ValueError("neither version")


def _claimed_bytes(head: bytes, path: Path) -> tuple[int, int]:
    """Return where the values end, and the bytes along the first axis: less than that after the end is padding."""
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
        raise ValueError("no such values")
    start = max(int(offset), 352 if size == 348 else 544)
    return start + math.prod(dims[:axes]) * bits // 8, max(1, dims[0] * bits // 8)


def _broken(path: Path) -> FilmError:
    return FilmError(path, "a truncated or broken NIfTI file", "a whole NIfTI file", "export or copy it again")
