"""Films in RLE Lossless (DICOM PS3.5, G): each segment is one byte of every pixel."""

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
    Decode a film of one frame.

    Returns
    -------
    numpy.ndarray, shape (rows, columns) or (rows, columns, 3)
        The values without a sign, colours as stored.

    Raises
    ------
    FilmError
        If there are more or fewer segments, or values in one, than the header says.
    """
    samples, value_bytes = int(dataset.get("SamplesPerPixel") or 1), dataset.BitsAllocated // 8
    size = dataset.Rows * dataset.Columns
    segments = _segments(dataset.PixelData, samples * value_bytes, path)
    # Bytes come with the highest first, samples one after the other.
    planes = np.stack([np.frombuffer(_decode(segment, size, path), np.uint8) for segment in segments], axis=-1)
    values = planes.view(f">u{value_bytes}").astype(f"u{value_bytes}")
    return values.reshape((dataset.Rows, dataset.Columns, samples)[: 2 if samples == 1 else 3])


def _segments(encapsulated: bytes, count: int, path: Path) -> list[bytes]:
    """Cut the first fragment up as its header says."""
    try:
        start = 8 + struct.unpack_from("<I", encapsulated, 4)[0]
        length = struct.unpack_from("<I", encapsulated, start + 4)[0]
        frame = encapsulated[start + 8 : start + 8 + length]
        given, *offsets = struct.unpack_from("<16I", frame)
    except struct.error as error:
        raise truncated(path) from error
    ends = [*offsets[1:given], len(frame)]
    if given != count or offsets[0] != _HEADER or ends != sorted(ends):
        raise contradiction(path, "RLE segments of another number of planes than the header says")
    return [frame[first:end] for first, end in zip(offsets, ends, strict=False)]


def _decode(segment: bytes, size: int, path: Path) -> bytearray:
    # dicomrle_decode would do the whole frame, and leaves unset what too short a segment does not fill.
    plane = bytearray(size)
    try:
        decoded = imagecodecs.packbits_decode(segment, out=plane)
    except (imagecodecs.PackbitsError, ValueError) as error:
        raise contradiction(path, "RLE segments that do not fit rows and columns") from error
    if len(decoded) != size:
        raise truncated(path)
    return plane
