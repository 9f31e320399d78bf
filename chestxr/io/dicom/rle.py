"""RLE Lossless (DICOM PS3.5, G): each segment holds one byte of every pixel."""

import struct
from pathlib import Path

import imagecodecs
import numpy as np
from pydicom.dataset import Dataset

from .consistency import contradiction, truncated

__all__ = ["decode_rle"]

_HEADER = 64


def decode_rle(dataset: Dataset, path: Path) -> np.ndarray:
    """
    Decode a single-frame film.

    Returns
    -------
    numpy.ndarray, shape (rows, columns) or (rows, columns, 3)
        Unsigned values; colours as stored.

    Raises
    ------
    FilmError
        If the number of segments, or of values in one, differs from the header.
    """
    samples, value_bytes = int(dataset.get("SamplesPerPixel") or 1), dataset.BitsAllocated // 8
    size = dataset.Rows * dataset.Columns
    segments = _segments(dataset.PixelData, samples * value_bytes, path)
    # Segments are ordered by sample, most significant byte first.
    planes = np.stack([np.frombuffer(_decode(segment, size, path), np.uint8) for segment in segments], axis=-1)
    values = planes.view(f">u{value_bytes}").astype(f"u{value_bytes}")
    return values.reshape((dataset.Rows, dataset.Columns, samples)[: 2 if samples == 1 else 3])


def _segments(encapsulated: bytes, count: int, path: Path) -> list[bytes]:
    """Split the first fragment into the segments in its header."""
    try:
        start = 8 + struct.unpack_from("<I", encapsulated, 4)[0]
        length = struct.unpack_from("<I", encapsulated, start + 4)[0]
        frame = encapsulated[start + 8 : start + 8 + length]
        given, *offsets = struct.unpack_from("<16I", frame)
    except struct.error as error:
        raise truncated(path) from error
    ends = [*offsets[1:given], len(frame)]
    if given != count or offsets[0] != _HEADER or ends != sorted(ends):
        raise contradiction(path, "another number of RLE segments than the header says")
    return [frame[first:end] for first, end in zip(offsets, ends, strict=False)]


def _decode(segment: bytes, size: int, path: Path) -> bytearray:
    # dicomrle_decode decodes a whole frame, but leaves uninitialised the part that a short segment does not fill.
    plane = bytearray(size)
    try:
        decoded = imagecodecs.packbits_decode(segment, out=plane)
    except (imagecodecs.PackbitsError, ValueError) as error:
        raise contradiction(path, "RLE segments that do not match rows and columns") from error
    if len(decoded) != size:
        raise truncated(path)
    return plane
