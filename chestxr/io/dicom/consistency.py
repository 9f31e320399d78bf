"""Check that a DICOM header matches its pixel data; decoders return an image even if it does not."""

import struct
from pathlib import Path

from pydicom.dataset import Dataset

from chestxr.io.codestream import END, MOST_SCANS, SCAN, codestream_head
from chestxr.utils.errors import FilmError

from .numbers import number_of
from .transfer_syntaxes import FILM_SYNTAXES, RLE, UNCOMPRESSED, syntax_name

__all__ = ["GREY", "check_pixel_data", "contradiction", "truncated"]

GREY = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
_COLOURED = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT", "YBR_PARTIAL_420", "YBR_PARTIAL_422")
_BITS_ALLOCATED = (8, 16, 32)
# DICOM PS3.5, 8.2.
_WIDEST_IN_STREAMS = 16


def check_pixel_data(dataset: Dataset, path: Path) -> None:
    """
    Reject a header that contradicts itself or its pixel data (DICOM PS3.3, C.7.6.3).

    Raises
    ------
    FilmError
        If the transfer syntax is not supported, the photometric interpretation is unknown or does not match the samples
        per pixel, the bits stored or the high bit do not fit the bits allocated, or the pixel data are shorter, longer
        or of another size than the header says.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax not in FILM_SYNTAXES:
        raise FilmError(
            path,
            f"pixel data in {syntax_name(syntax)}",
            "uncompressed pixel data, JPEG, JPEG-LS, JPEG 2000 or RLE",
            "export it again in one of these",
        )
    samples = int(dataset.get("SamplesPerPixel") or 1)
    photometric = str(dataset.get("PhotometricInterpretation") or "")
    if samples != (1 if photometric in GREY else 3 if photometric in _COLOURED else 0):
        raise contradiction(path, "a photometric interpretation that is missing, unknown or does not match its samples")
    allocated, stored = int(dataset.get("BitsAllocated") or 0), int(dataset.get("BitsStored") or 0)
    if allocated not in _BITS_ALLOCATED or not 1 <= stored <= allocated:
        raise contradiction(path, f"{stored} bits stored in {allocated} bits")
    if syntax in UNCOMPRESSED:
        _check_length(dataset, samples, path)
    if syntax in (*UNCOMPRESSED, *RLE):
        highest = number_of(dataset, "HighBit")
        if stored < allocated and highest is not None and not stored - 1 <= highest < allocated:
            raise contradiction(path, f"{stored} bits stored with high bit {highest:.0f} in {allocated} bits")
        return
    width = _check_codestream(dataset, samples, path)
    if stored < width and dataset.get("HighBit") not in (None, stored - 1):
        raise contradiction(path, f"{stored} bits stored with a high bit other than {stored - 1}")


def _check_length(dataset: Dataset, samples: int, path: Path) -> None:
    """Check the length of uncompressed pixel data; less than an extra row, or only zeros, are padding."""
    row = dataset.Columns * samples * dataset.BitsAllocated // 8
    if "422" in dataset.PhotometricInterpretation:
        row = row * 2 // 3
    given, claimed = len(dataset.PixelData), dataset.Rows * row
    if given < claimed:
        raise truncated(path)
    if given >= claimed + max(row, 2) and any(dataset.PixelData[claimed:]):
        raise contradiction(path, "more pixel data than rows and columns hold")


def _check_codestream(dataset: Dataset, samples: int, path: Path) -> int:
    """Check size and end of a JPEG, JPEG-LS or JPEG 2000 stream; return its bits per value."""
    if dataset.BitsAllocated > _WIDEST_IN_STREAMS:
        raise contradiction(path, f"compressed values of {dataset.BitsAllocated} bits")
    if END not in dataset.PixelData.rstrip(b"\0")[-64:]:
        raise truncated(path)
    try:
        head = codestream_head(dataset.PixelData)
    except (struct.error, IndexError) as error:
        raise truncated(path) from error
    if head is None or head[:3] != (dataset.Columns, dataset.Rows, samples):
        raise contradiction(path, "a compressed image of another size or type than the header")
    # Compressed data never contain a marker, but fragment headers lie between them.
    if dataset.PixelData.count(SCAN) > MOST_SCANS:
        raise contradiction(path, "a JPEG image with too many scans")
    return head.bits


def truncated(path: Path) -> FilmError:
    """Return the error for pixel data that end early."""
    return FilmError(path, "truncated pixel data", "a whole film", "export or copy it again")


def contradiction(path: Path, found: str) -> FilmError:
    """Return the error for a header that contradicts the pixel data."""
    return FilmError(path, found, "a header that matches its pixel data", "export it again")
