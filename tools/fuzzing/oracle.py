"""
Whether a broken film that was read with other pixels than the whole one may have them.

A film's pixels may differ only where the file says something else of them:

- its stored pixels differ, and no more pixels of the film than stored values. Streams of JPEG, JPEG-LS and JPEG 2000,
  TIFF and BMP have no checksum, and one bit spoils many pixels: of these it is only known that the stream is another;
- its header differs in what gives stored pixels their meaning (listed below), and the film has as many pixels as are
  stored. If the header differs in the scale of grey only, then like stored values must have become like values.

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
# Where a NIfTI-1 header has dimensions, type, voxel sizes, offset and scale, and the place in the room.
_NIFTI_LAYOUT = ((0, 4), (40, 56), (70, 112), (123, 124), (252, 328), (344, 348))
_NIFTI_SCALE = (112, 120)
_MAX_INFLATED = 2**29
_PNG_LAYOUT = (b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"iTXt", b"zTXt", b"tEXt")


@dataclass(frozen=True)
class Facts:
    """
    What a file says of its pixels.

    Attributes
    ----------
    stored : bytes
        The pixels as stored.
    value_bytes : int
        Bytes of a stored value; 0 where values cannot be told apart.
    pixels : int
        How many pixels fit into the bytes stored; 0 where that is not known.
    scale, layout : dict
        What the header says of the scale of grey, and of all else.
    """

    stored: bytes
    value_bytes: int
    pixels: int
    scale: dict
    layout: dict


def facts_of(content: bytes, kind: str) -> Facts:
    """Gather what a file of a format says, by means that are not the reader's own."""
    with silence_libraries():
        return _FACTS.get(kind, _facts_of_stream)(content)


def judge(whole: Facts, broken: Facts, whole_film: np.ndarray, film: np.ndarray) -> tuple[bool, str]:
    """
    Judge a film that was read with other pixels than the whole one.

    Returns
    -------
    allowed : bool
        Whether the file accounts for them.
    why : str
        By what, or what is wrong.
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
    """Say whether each value before has become one value; before, a window may have made values alike."""
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
    # The reader finds compressed pixel data that pydicom passes over.
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
    """Give value and representation; what pydicom does not understand, as bytes."""
    if keyword not in dataset:
        return ""
    element = dataset._dict[Tag(keyword)]
    try:
        if dataset[keyword].VR == "SQ":  # its words leave out what is in long tables
            return str([[f"{inner.tag} {inner.VR} {inner.value}" for inner in item] for item in dataset[keyword].value])
        return f"{dataset[keyword].VR} {dataset[keyword].value}"
    except Exception:  # whatever the value, and pydicom's reading of it, may be
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
    # A value's filter takes in its neighbours: values cannot be told apart.
    return Facts(stored, 0, width * height, {}, {"chunks": [chunk for chunk in chunks if chunk[0] in _PNG_LAYOUT]})


def _facts_of_nifti(content: bytes) -> Facts:
    if content[:2] == b"\x1f\x8b":
        with gzip.open(io.BytesIO(content)) as file:
            content = file.read(_MAX_INFLATED)
    order = "<" if content[:4] == b"\x5c\x01\0\0" else ">"
    if struct.unpack_from(f"{order}i", content)[0] != 348:  # the other version has its fields elsewhere
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
