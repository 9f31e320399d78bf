"""
Judge whether a broken film may be read with pixels that differ from the whole film's.

A film's pixels may differ only where the file explains it:

- its stored pixels differ, and no more pixels of the film than stored values. Streams of JPEG, JPEG-LS and JPEG 2000,
    TIFF and BMP have no checksum, and one bit affects many pixels: for these, a changed stream explains any change;
- its header differs in attributes that give stored pixels their meaning (listed below), and the film has as many pixels
    as are stored. If the header differs in the grey scale only, equal stored values must map to equal values.

Everything else is a finding.
"""

import gzip
import io
import struct
import zlib
from dataclasses import dataclass
from math import prod

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from chestxr.utils.silence import silence_libraries

__all__ = ["Facts", "facts_of", "judge"]

_GREY_SCALE = (
    *("BitsStored", "HighBit", "RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth", "VOILUTFunction"),
    *("ModalityLUTSequence", "VOILUTSequence", "PixelPaddingValue", "PixelPaddingRangeLimit"),
    "PresentationLUTShape",
)
_LAYOUT = (
    *("Rows", "Columns", "BitsAllocated", "SamplesPerPixel", "PlanarConfiguration", "PhotometricInterpretation"),
    *("PixelRepresentation", "NumberOfFrames", "PatientOrientation"),
    *(
        f"{colour}PaletteColorLookupTable{part}"
        for colour in ("Red", "Green", "Blue")
        for part in ("Descriptor", "Data")
    ),
)
# Offsets of dimensions, type, voxel sizes, intensity scale and spatial position in a NIfTI-1 header.
_NIFTI_LAYOUT = ((0, 4), (40, 56), (70, 112), (123, 124), (252, 328), (344, 348))
_NIFTI_SCALE = (112, 120)
_MAX_INFLATED = 2**29
_PNG_LAYOUT = (b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"iTXt", b"zTXt", b"tEXt")


@dataclass(frozen=True)
class Facts:
    """
    Pixel data and related header fields of a file.

    Attributes
    ----------
    stored : bytes
        The pixels as stored.
    value_bytes : int
        Bytes per stored value; 0 where values cannot be separated.
    pixels : int
        Number of pixels that fit into the stored bytes; 0 if unknown.
    scale, layout : dict
        Header fields of the grey scale, and all others.
    """

    stored: bytes
    value_bytes: int
    pixels: int
    scale: dict
    layout: dict


def facts_of(content: bytes, kind: str) -> Facts:
    """Return the facts of a file, parsed independently of the reader."""
    with silence_libraries():
        return _FACTS.get(kind, _facts_of_stream)(content)


def judge(whole: Facts, broken: Facts, whole_film: np.ndarray, film: np.ndarray) -> tuple[bool, str]:
    """
    Judge a film that was read with pixels that differ from the whole film's.

    Returns
    -------
    allowed : bool
        Whether the file explains them.
    why : str
        The explanation, or the fault.
    """
    stored, scale, layout = (getattr(whole, name) != getattr(broken, name) for name in ("stored", "scale", "layout"))
    if not (stored or scale or layout):
        return False, "other pixels from the same pixels and header"
    if broken.pixels and broken.pixels != film.size:
        return False, "another number of pixels than stored"
    if stored and not (scale or layout) and broken.value_bytes:
        changed = np.count_nonzero(whole_film != film) if whole_film.shape == film.shape else film.size
        if changed > _changed_values(whole, broken):
            return False, "more pixels changed than stored values"
    if scale and not (stored or layout) and broken.value_bytes and not _is_function(whole_film, film):
        return False, "like pixels became unlike by the scale of grey"
    causes = {"stored pixels": stored, "scale of grey": scale, "layout": layout}
    return True, ", ".join(cause for cause, changed in causes.items() if changed)


def _changed_values(whole: Facts, broken: Facts) -> int:
    before, after = (np.frombuffer(facts.stored, np.uint8) for facts in (whole, broken))
    common = min(len(before), len(after)) // whole.value_bytes * whole.value_bytes
    changed = (before[:common] != after[:common]).reshape(-1, whole.value_bytes).any(axis=1).sum()
    return int(changed) + abs(len(before) - len(after))


def _is_function(before: np.ndarray, after: np.ndarray) -> bool:
    """Return whether each old value maps to one new value; a window may have merged values before."""
    if before.shape != after.shape:
        return False
    order = np.argsort(before, axis=None)
    same = np.diff(before.ravel()[order]) == 0
    inside = (before.ravel()[order] > before.min()) & (before.ravel()[order] < before.max())
    return not (same & inside[1:] & (np.diff(after.ravel()[order]) != 0)).any()


def _facts_of_dicom(content: bytes) -> Facts:
    dataset = pydicom.dcmread(io.BytesIO(content), force=True)
    syntax = dataset.file_meta.get("TransferSyntaxUID", "")
    compressed = bool(syntax) and syntax in pydicom.uid.UID_dictionary and syntax.is_encapsulated
    # The reader finds compressed pixel data that pydicom skips.
    stored = dataset.get("PixelData", b"")
    layout = {keyword: _said(dataset, keyword) for keyword in _LAYOUT}
    layout["encoding"] = compressed and str(syntax), bool(dataset.original_encoding[1])
    value_bytes = 0 if compressed else max(1, dataset.BitsAllocated // 8)
    pixels = 0
    if not compressed:
        row = dataset.Columns * (dataset.get("SamplesPerPixel") or 1) * dataset.BitsAllocated // 8
        if dataset.PhotometricInterpretation != "YBR_FULL_422" and len(stored) // row == dataset.Rows:
            pixels = dataset.Rows * dataset.Columns
    return Facts(stored, value_bytes, pixels, {keyword: _said(dataset, keyword) for keyword in _GREY_SCALE}, layout)


def _said(dataset: Dataset, keyword: str) -> str:
    """Return value and VR; as bytes what pydicom cannot parse."""
    if keyword not in dataset:
        return ""
    element = dataset._dict[Tag(keyword)]
    try:
        if dataset[keyword].VR == "SQ":  # str() of a sequence omits the values of long tables
            return str([[f"{inner.tag} {inner.VR} {inner.value}" for inner in item] for item in dataset[keyword].value])
        return f"{dataset[keyword].VR} {dataset[keyword].value}"
    except Exception:  # pydicom fails over invalid values with many kinds of errors
        return f"{element.VR} {element.value}"


def _facts_of_png(content: bytes) -> Facts:
    chunks, place = [], 8
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        chunks.append((kind, content[place + 8 : place + 8 + length]))
        place += 12 + length
    inflate = zlib.decompressobj()
    stored = inflate.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"), _MAX_INFLATED)
    width, height = struct.unpack_from(">II", content, 16)
    # PNG filters use neighbouring values: values cannot be separated.
    return Facts(stored, 0, width * height, {}, {"chunks": [chunk for chunk in chunks if chunk[0] in _PNG_LAYOUT]})


def _facts_of_nifti(content: bytes) -> Facts:
    if content[:2] == b"\x1f\x8b":
        with gzip.open(io.BytesIO(content)) as file:
            content = file.read(_MAX_INFLATED)
    order = "<" if content[:4] == b"\x5c\x01\0\0" else ">"
    if struct.unpack_from(f"{order}i", content)[0] != 348:  # NIfTI-2 has other offsets
        return Facts(content, 0, 0, {}, {"version": 2})
    count, *dims = struct.unpack_from(f"{order}8h", content, 40)
    bits, offset = struct.unpack_from(f"{order}h", content, 72)[0], struct.unpack_from(f"{order}f", content, 108)[0]
    size = prod(dims[:count]) * bits // 8
    start = max(352, int(offset))
    layout = {place: content[slice(*place)] for place in _NIFTI_LAYOUT}
    scale = {"scale": content[slice(*_NIFTI_SCALE)]}
    return Facts(content[start : start + size], max(1, bits // 8), prod(dims[:count]), scale, layout)


def _facts_of_stream(content: bytes) -> Facts:
    return Facts(content, 0, 0, {}, {})


_FACTS = {"dicom": _facts_of_dicom, "png": _facts_of_png, "nifti": _facts_of_nifti}
