"""Whether a DICOM header and its pixel data say the same; decoders make films of what does not fit."""

import struct
from pathlib import Path

import imagecodecs
from pydicom import uid
from pydicom.dataset import Dataset

from .codestream import END, MOST_SCANS, SCAN, codestream_size
from .errors import FilmError

__all__ = ["check_claims", "syntax_name"]

_GREY = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
_COLOURED = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT", "YBR_PARTIAL_420", "YBR_PARTIAL_422")
_BITS_ALLOCATED = (8, 16, 32)
# PS3.5, 8.2: wider values are not compressed but by RLE; gdcm ends the process over them.
_WIDEST_COMPRESSED = 16
_RLE_HEADER = 64


def check_claims(dataset: Dataset, path: Path) -> None:
    """
    Refuse a header that contradicts itself or its pixel data (DICOM PS3.3, C.7.6.3).

    Raises
    ------
    FilmError
        If the kind of grey or colour is not known or has another number of samples, if values have more bits than
        room, or if pixel data are shorter, longer, or of another size than the header says.
    """
    samples = int(dataset.get("SamplesPerPixel") or 1)
    photometric = str(dataset.get("PhotometricInterpretation") or "")
    if samples != (1 if photometric in _GREY else 3 if photometric in _COLOURED else 0):
        raise _contradiction(path, "a photometric interpretation that is missing, unknown or does not fit its samples")
    allocated, stored = int(dataset.get("BitsAllocated") or 0), int(dataset.get("BitsStored") or 0)
    if allocated not in _BITS_ALLOCATED or not 1 <= stored <= allocated:
        raise _contradiction(path, f"{stored} bits stored in {allocated} bits")
    syntax = dataset.file_meta.TransferSyntaxUID
    if not _is_encapsulated(syntax):
        _check_length(dataset, samples, path)
    elif syntax == uid.RLELossless:
        _check_runs(dataset, samples * allocated // 8, path)
    elif allocated > _WIDEST_COMPRESSED:
        raise _contradiction(path, f"compressed values of {allocated} bits")
    else:
        _check_codestream(dataset, samples, path)


def syntax_name(syntax: uid.UID) -> str:
    """Name a transfer syntax of the standard; what others are called may be anything."""
    return syntax.name if syntax in uid.UID_dictionary else "an unknown transfer syntax"


def _is_encapsulated(syntax: uid.UID) -> bool:
    """Say whether pixel data come in fragments (DICOM PS3.5, A.4); of unknown syntaxes that is not known."""
    return syntax in uid.UID_dictionary and syntax.is_transfer_syntax and syntax.is_encapsulated


def _check_length(dataset: Dataset, samples: int, path: Path) -> None:
    """Compare bytes of uncompressed pixel data; less than a row of padding is not held against a film."""
    row = dataset.Columns * samples * dataset.BitsAllocated // 8
    if "422" in dataset.PhotometricInterpretation:
        row = row * 2 // 3
    given, claimed = len(dataset.PixelData), dataset.Rows * row
    if given < claimed:
        raise _truncated(path)
    if given >= claimed + max(row, 2):
        raise _contradiction(path, "more pixel data than rows and columns")


def _check_codestream(dataset: Dataset, samples: int, path: Path) -> None:
    """Compare the size that a JPEG, JPEG-LS or JPEG 2000 stream has itself; find its end."""
    if END not in dataset.PixelData[-64:]:
        raise _truncated(path)
    try:
        size = codestream_size(dataset.PixelData)
    except (struct.error, IndexError) as error:
        raise _truncated(path) from error
    if size != (dataset.Columns, dataset.Rows, samples):
        raise _contradiction(path, "a compressed image of another size or kind than rows and columns")
    # Compressed values never look like a marker, but heads of fragments lie between them.
    if dataset.PixelData.count(SCAN) > MOST_SCANS:
        raise _contradiction(path, "a JPEG image of very many scans")


def _check_runs(dataset: Dataset, planes: int, path: Path) -> None:
    """Decode the segments of an RLE frame (DICOM PS3.5, G): each is one byte of every pixel, no more and no less."""
    data = dataset.PixelData
    try:
        start = 8 + struct.unpack_from("<I", data, 4)[0]
        length = struct.unpack_from("<I", data, start + 4)[0]
        frame = data[start + 8 : start + 8 + length]
        count, *offsets = struct.unpack_from("<16I", frame)
    except struct.error as error:
        raise _truncated(path) from error
    ends = [*offsets[1:count], len(frame)]
    if count != planes or offsets[0] != _RLE_HEADER or ends != sorted(ends):
        raise _contradiction(path, "run lengths in another number of planes than the header says")
    plane = bytearray(dataset.Rows * dataset.Columns)
    for first, end in zip(offsets, ends, strict=False):
        try:
            decoded = imagecodecs.packbits_decode(frame[first:end], out=plane)
        except (imagecodecs.ImcdError, ValueError) as error:
            raise _contradiction(path, "run lengths that do not fit rows and columns") from error
        if len(decoded) != len(plane):
            raise _truncated(path)


def _truncated(path: Path) -> FilmError:
    return FilmError(path, "truncated pixel data", "a whole film", "export or copy it again")


def _contradiction(path: Path, found: str) -> FilmError:
    return FilmError(path, found, "a header that fits its pixel data", "export it again")
