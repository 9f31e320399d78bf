"""Whether a PNG file is whole: decoders fill up or pass over what is not."""

import struct
import zlib
from pathlib import Path

from .errors import FilmError
from .stored_film import check_size

__all__ = ["check_png"]

_SIGNATURE = 8
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# PNG, third edition, 8.1: Adam7's seven passes, as first column and row, and steps between them.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PIECE = 2**20


def check_png(path: Path) -> tuple[int, int]:
    """
    Check sizes, checksums of the chunks that make the picture, and that it has as many pixels as its header says.

    Parameters
    ----------
    path : pathlib.Path
        A file that begins as PNG does.

    Returns
    -------
    depth, colour_type : int
        As in the header (PNG, third edition, 11.2.1).

    Raises
    ------
    FilmError
        If the file is cut off, broken, of an impossible size, or holds another number of pixels than it says.
    """
    content = memoryview(path.read_bytes())
    if len(content) < 29:
        raise _broken(path)
    columns, rows, depth, colour_type, _, _, interlaced = struct.unpack_from(">IIBBBBB", content, 16)
    check_size(path, columns, rows)
    chunks = _critical_chunks(content, path)
    if [kind for kind, _ in chunks[:1]] != [b"IHDR"]:
        raise _broken(path)
    if colour_type not in _CHANNELS:
        raise _broken(path)
    bits = depth * _CHANNELS[colour_type]
    claimed = sum(_pass_bytes(columns, rows, bits, step) for step in (_PASSES if interlaced else ((0, 0, 1, 1),)))
    given = _inflated_bytes([data for kind, data in chunks if kind == b"IDAT"], claimed, path)
    if given != claimed:
        found = "more pixels than its header says" if given > claimed else "truncated or broken pixel data"
        raise FilmError(path, found, "a whole image", "export or copy it again")
    return depth, colour_type


def _critical_chunks(content: memoryview, path: Path) -> list[tuple[bytes, memoryview]]:
    """Return kind and data of the chunks that make the picture, up to the end; the others' checksums do not count."""
    chunks, place = [], _SIGNATURE
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 8 + length
        if end + 4 > len(content):
            break
        if kind[:1].isupper():
            if zlib.crc32(content[place + 4 : end]) != struct.unpack_from(">I", content, end)[0]:
                raise _broken(path)
            if kind == b"IEND":
                return chunks
            chunks.append((kind, content[place + 8 : end]))
        place = end + 4
    raise _broken(path)


def _pass_bytes(columns: int, rows: int, bits: int, step: tuple[int, int, int, int]) -> int:
    """Return the bytes of the rows of one pass, each after the byte of its filter."""
    first_column, first_row, column_step, row_step = step
    width = max(0, -(-(columns - first_column) // column_step))
    height = max(0, -(-(rows - first_row) // row_step))
    return height * (1 + -(-width * bits // 8)) if width else 0


def _inflated_bytes(pieces: list[memoryview], limit: int, path: Path) -> int:
    """Count the bytes that the pixels inflate to, up to a piece beyond the limit, and forget them."""
    inflate, count = zlib.decompressobj(), 0
    try:
        for piece in pieces:
            rest = piece
            while rest and not inflate.eof and count <= limit:
                count += len(inflate.decompress(rest, _PIECE))
                rest = inflate.unconsumed_tail
    except zlib.error as error:
        raise _broken(path) from error
    if count <= limit and not inflate.eof:
        count += len(inflate.flush())
        if not inflate.eof:
            raise _broken(path)
    return count


def _broken(path: Path) -> FilmError:
    return FilmError(path, "truncated or broken pixel data", "a whole image", "export or copy it again")
