"""Size, channels, bit depth and number of scans of JPEG, JPEG-LS and JPEG 2000 streams, read from their markers."""

import re
import struct
from typing import NamedTuple

__all__ = [
    "END",
    "MOST_SCANS",
    "SCAN",
    "StreamHead",
    "codestream_head",
    "decomposition_levels",
    "has_many_scans",
    "is_jpeg_of_rgb",
    "is_lossless_jpeg",
    "jpeg_2000_head",
    "jpeg_head",
]

_J2K_START = b"\xff\x4f\xff\x51"
_JP2_BOXES = 4096
_COD, _SOT = b"\xff\x52", b"\xff\x90"
# The box that holds the stream (ITU-T T.800, I.5.4); a long box has its length after its name.
_JP2_STREAM = re.compile(rb"jp2c(?:.{8})?(\xff\x4f\xff\x51)", re.DOTALL)
_ITEM = b"\xfe\xff\x00\xe0"
# ITU-T T.81, table B.1, and T.87: start of frame; C4, C8 and CC are other markers.
_FRAME_STARTS = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7}
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
SCAN, END = b"\xff\xda", b"\xff\xd9"
# Programs write about ten; a decoder processes the whole image for each scan, even one of ten bytes.
MOST_SCANS = 50
# Not the FF bytes within compressed data: stuffed bytes, restart markers, fill bytes.
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


class StreamHead(NamedTuple):
    """Columns, rows, channels and bits per value of an image."""

    columns: int
    rows: int
    channels: int
    bits: int


def codestream_head(encapsulated: bytes) -> StreamHead | None:
    """
    Read the stream header in the first fragment of encapsulated pixel data (DICOM PS3.5, A.4).

    Parameters
    ----------
    encapsulated : bytes
        Items: the basic offset table and the fragments.

    Returns
    -------
    StreamHead or None
        None if the fragment holds no JPEG, JPEG-LS or JPEG 2000 stream.

    Raises
    ------
    struct.error, IndexError
        If the stream ends within its header.
    """
    stream = _first_fragment(encapsulated)
    if stream[:2] == b"\xff\xd8":
        return jpeg_head(stream)
    start = stream[:_JP2_BOXES].find(_J2K_START)
    return _j2k_head(stream[start:]) if start >= 0 else None


def jpeg_head(stream: bytes) -> StreamHead | None:
    """
    Return the frame header of a JPEG or JPEG-LS stream.

    Returns
    -------
    StreamHead or None
        None if other bytes precede the frame header.

    Raises
    ------
    struct.error, IndexError
        If the stream ends within its header.
    """
    frame = _jpeg_frame(stream)
    if frame is None:
        return None
    _, bits, rows, columns, channels = struct.unpack_from(">HBHHB", stream, frame)
    return StreamHead(columns, rows, channels, bits)


def jpeg_2000_head(content: bytes) -> StreamHead | None:
    """
    Return the stream header of a JPEG 2000 file.

    Parameters
    ----------
    content : bytes
        A bare stream, or a file with boxes around it.

    Returns
    -------
    StreamHead or None
        None if the channels differ in size.

    Raises
    ------
    struct.error, IndexError
        If the file ends within the stream's header.
    """
    if content.startswith(_J2K_START):
        return _j2k_head(content)
    box = _JP2_STREAM.search(content)
    return _j2k_head(content[box.start(1) :]) if box else _j2k_head(b"")


def decomposition_levels(stream: bytes) -> int:
    """Return how many lower resolutions a JPEG 2000 codestream has (ITU-T T.800, A.6.1); 0 if it does not say so."""
    if not stream.startswith(_J2K_START):
        return 0
    # The SIZ marker segment comes first.
    place = 2
    while (marker := stream[place : place + 2]) not in (b"", _SOT):
        if marker == _COD:
            return stream[place + 9]
        place += 2 + struct.unpack_from(">H", stream, place + 2)[0]
    return 0


def is_jpeg_of_rgb(stream: bytes) -> bool:
    """Return whether the frame header of a JPEG stream names its three channels R, G and B."""
    frame = _jpeg_frame(stream)
    return frame is not None and stream[frame + 8 : frame + 15 : 3].upper() == b"RGB"


def is_lossless_jpeg(stream: bytes) -> bool:
    """Return whether a JPEG stream's frame is lossless (ITU-T T.81, table B.1: start of frame 3)."""
    frame = _jpeg_frame(stream)
    return frame is not None and stream[frame - 1] == 0xC3


def _jpeg_frame(stream: bytes) -> int | None:
    """Return the offset of the frame header (ITU-T T.81, B.2.2)."""
    place = 2
    while stream[place : place + 1] == b"\xff":
        marker = stream[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker in _WITHOUT_LENGTH:
            place += 2
        elif marker in _FRAME_STARTS:
            return place + 2
        else:
            place += 2 + struct.unpack_from(">H", stream, place + 2)[0]
    return None


def has_many_scans(stream: bytes) -> bool:
    """Return whether a JPEG stream has more than ``MOST_SCANS`` scans; the content of segments is skipped."""
    place, scans = 2, 0
    while scans <= MOST_SCANS and (marker := _MARKER.search(stream, place)) and marker[0] != END:
        scans += marker[0] == SCAN
        place = marker.end() + int.from_bytes(stream[marker.end() : marker.end() + 2])
    return scans > MOST_SCANS


def _first_fragment(encapsulated: bytes) -> bytes:
    """Return the pixel data after the basic offset table."""
    item, length = struct.unpack_from("<4sI", encapsulated)
    if item != _ITEM:
        return b""
    item, length = struct.unpack_from("<4sI", encapsulated, start := 8 + length)
    return encapsulated[start + 8 :] if item == _ITEM else b""


def _j2k_head(stream: bytes) -> StreamHead | None:
    """Read the SIZ marker segment (ITU-T T.800, A.5.1); None if its channels differ in size."""
    # pydicom's get_j2k_parameters returns neither size nor channels, and never returns on a box of length 0.
    right, bottom, left, top = struct.unpack_from(">4I", stream, 8)
    channels = struct.unpack_from(">H", stream, 40)[0]
    steps = {stream[place : place + 2] for place in range(43, 42 + 3 * channels, 3)}
    # The highest bit is the sign flag.
    bits = (stream[42] & 0x7F) + 1
    return StreamHead(right - left, bottom - top, channels, bits) if steps == {b"\x01\x01"} else None
