"""Check that a PNG file has the number of pixels in its header; decoders silently pad or drop the difference."""

import struct
import zlib
from pathlib import Path

import imagecodecs

from chestxr.io.decoded import MAX_PIXELS, check_size
from chestxr.utils.errors import broken_pixels

__all__ = ["open_png"]

_SIGNATURE = 8
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# PNG, third edition, 8.1: Adam7's seven passes, as first column and row, and steps between them.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
# The largest film in 8-bit colour.
_MAX_BYTES = 4 * MAX_PIXELS
# More than any program writes; each one costs a decoder time.
_MAX_CHUNKS = 100_000


def open_png(file: bytes, path: Path) -> tuple[bytes, int, int]:
    """
    Decompress the pixels of a PNG file and check their number and checksum.

    Parameters
    ----------
    file : bytes
        A file with the PNG signature.
    path : pathlib.Path
        Its name, for errors.

    Returns
    -------
    content : bytes
        The same PNG file with uncompressed pixels, so that no decoder decompresses them again.
    depth, colour_type : int
        As in the header (PNG, third edition, 11.2.1).

    Raises
    ------
    FilmError
        If the file is truncated, broken, of an impossible size, or its number of pixels differs from its header.
    """
    content = memoryview(file)
    chunks = _chunks(content, path)
    kinds = [kind for kind, _, _ in chunks]
    data = [place for place, kind in enumerate(kinds) if kind == b"IDAT"]
    if kinds[0] != b"IHDR" or kinds.count(b"IHDR") != 1 or not data or len(data) != data[-1] - data[0] + 1:
        raise broken_pixels(path)
    first, last = chunks[data[0]], chunks[data[-1]]
    depth, colour_type, pixels = _inflate(content, chunks[data[0] : data[-1] + 1], path)
    whole = content[: first[1]], _chunk(b"IDAT", zlib.compress(pixels, 0)), content[last[2] : chunks[-1][2]]
    return b"".join(whole), depth, colour_type


def _chunks(content: memoryview, path: Path) -> list[tuple[bytes, int, int]]:
    """Return type, start and end of each chunk up to IEND."""
    chunks: list[tuple[bytes, int, int]] = []
    place = _SIGNATURE
    while place + 12 <= len(content) and len(chunks) < _MAX_CHUNKS:
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        if end > len(content):
            break
        chunks.append((kind, place, end))
        if kind == b"IEND":
            return chunks
        place = end
    raise broken_pixels(path)


def _inflate(
    content: memoryview, chunks: list[tuple[bytes, int, int]], path: Path
) -> tuple[int, int, bytes | bytearray]:
    """Return bit depth, colour type and the filtered rows."""
    columns, rows, depth, colour_type, _, _, interlaced = struct.unpack_from(">IIBBBBB", content, _SIGNATURE + 8)
    check_size(path, columns, rows)
    bits = depth * _CHANNELS.get(colour_type, 0)
    size = sum(_pass_bytes(columns, rows, bits, step) for step in (_PASSES if interlaced else ((0, 0, 1, 1),)))
    if not bits or size > _MAX_BYTES:
        raise broken_pixels(path)
    try:
        pixels = imagecodecs.deflate_decode(
            b"".join(content[start + 8 : end - 4] for _, start, end in chunks), out=bytearray(size)
        )
    except imagecodecs.DeflateError as error:
        raise broken_pixels(path) from error
    if len(pixels) != size:
        raise broken_pixels(path)
    return depth, colour_type, pixels


def _pass_bytes(columns: int, rows: int, bits: int, step: tuple[int, int, int, int]) -> int:
    """Return the number of bytes in the rows of one pass, including one filter byte per row."""
    first_column, first_row, column_step, row_step = step
    width = max(0, -(-(columns - first_column) // column_step))
    height = max(0, -(-(rows - first_row) // row_step))
    return height * (1 + -(-width * bits // 8)) if width else 0


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
