"""Mutations of PNG files."""

import struct
import zlib
from random import Random

from .deflate_bombs import zlib_bomb
from .seeds import PATIENT_NAME

__all__ = ["PNG_MUTATIONS"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SIDES = (0, 1, 63, 64, 100, 9999, 10_001, 60_000, 2**31 - 1, 2**31, 2**32 - 1)


def absurd_header(content: bytes, rng: Random) -> bytes:
    """Set another size, bit depth, colour type or interlacing, with a right or wrong checksum."""
    fields = list(_header(content))
    for field in rng.sample(range(7), rng.randint(1, 3)):
        fields[field] = rng.choice(_SIDES) if field < 2 else rng.choice((0, 1, 2, 3, 4, 6, 8, 16, 32, 255))
    return _with_header(content, fields, rng.random() < 0.8)


def likely_header(content: bytes, rng: Random) -> bytes:
    """Set a size near the true one, or another grey type, with a right checksum."""
    width, height, depth, colour, *rest = _header(content)
    sizes = ((width, height // 2), (width // 2, height), (height, width), (width, height - 1), (width - 1, height))
    others = [(*size, depth, colour) for size in (*sizes, (width, height + 1))]
    others += [(width, height, 8 if depth == 16 else 16, colour), (width, height, depth, rng.choice((0, 2, 3, 4, 6)))]
    return _with_header(content, [*rng.choice(others), *rest], True)


def wrong_chunk_lengths(content: bytes, rng: Random) -> bytes:
    """Corrupt the length of a chunk."""
    starts = [start for start, _, _ in _chunks(content)]
    start = rng.choice(starts)
    length = rng.choice((0, 1, 13, 100, len(content), 2**31 - 1, 2**31, 2**32 - 1))
    return content[:start] + struct.pack(">I", length) + content[start + 4 :]


def chunks_in_disorder(content: bytes, rng: Random) -> bytes:
    """Drop, repeat or shuffle chunks."""
    chunks = [_chunk(kind, data) for _, kind, data in _chunks(content)]
    if rng.random() < 0.4:
        del chunks[rng.randrange(len(chunks))]
    elif rng.random() < 0.5:
        chunks.insert(rng.randrange(len(chunks)), rng.choice(chunks))
    else:
        rng.shuffle(chunks)
    return _SIGNATURE + b"".join(chunks)


def flipped_data(content: bytes, rng: Random) -> bytes:
    """Flip bits of the compressed pixels, with a right chunk checksum."""
    changed = []
    for _, kind, data in _chunks(content):
        if kind == b"IDAT":
            noisy = bytearray(data)
            for _ in range(rng.choice((1, 3, 20))):
                noisy[rng.randrange(len(noisy))] ^= 1 << rng.randrange(8)
            data = bytes(noisy)
        changed.append(_chunk(kind, data))
    return _SIGNATURE + b"".join(changed)


def pixel_bomb(content: bytes, rng: Random) -> bytes:
    """Add pixels that inflate to far more than the file, matching the header or not."""
    fields = list(_header(content))
    if rng.random() < 0.7:
        fields[:2] = [rng.choice((5000, 9999, 30_000))] * 2
    if rng.random() < 0.3:
        fields[2:4] = rng.choice(((8, 6), (16, 6), (16, 2), (16, 0), (1, 0)))
    head = struct.pack(">IIBBBBB", *fields)
    data = zlib_bomb(rng.choice((1, 100, 800, 3500)))
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def side_bomb(content: bytes, rng: Random) -> bytes:
    """Add compressed text or a colour profile that inflates to far more than the file."""
    bomb = zlib_bomb(rng.choice((1, 100, 3500)))
    side = rng.choice(
        (
            _chunk(b"zTXt", b"Comment\0\0" + bomb),
            _chunk(b"iTXt", b"Comment\0\1\0\0\0" + bomb),
            _chunk(b"iCCP", b"profile\0\0" + bomb),
        )
    )
    return _insert(content, side * rng.choice((1, 1, 20)), rng)


def secret_chunks(content: bytes, rng: Random) -> bytes:
    """Put the patient's name into chunks that a program might quote."""
    name = PATIENT_NAME.encode()
    kinds = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP", b"tIME", b"gAMA", b"pHYs", b"acTL", b"fcTL", b"Gust", b"sBIT")
    added = b"".join(
        _chunk(kind, rng.choice((name, b"Author\0" + name, name * 50))) for kind in rng.sample(kinds, rng.randint(1, 4))
    )
    return _insert(content, added, rng)


def many_chunks(content: bytes, rng: Random) -> bytes:
    """Add a very large number of empty chunks, before, between or after the pixels."""
    return _insert(content, _chunk(rng.choice((b"tEXt", b"IDAT", b"aaAa")), b"") * rng.choice((1000, 50_000)), rng)


def _header(content: bytes) -> tuple:
    return struct.unpack(">IIBBBBB", content[16:29])


def _with_header(content: bytes, fields: list, right: bool) -> bytes:
    chunk = _chunk(b"IHDR", struct.pack(">IIBBBBB", *fields))
    return _SIGNATURE + (chunk if right else chunk[:-4] + content[29:33]) + content[33:]


def _chunks(content: bytes) -> list[tuple[int, bytes, bytes]]:
    """Return offset, kind and data of each chunk."""
    chunks, place = [], len(_SIGNATURE)
    while place + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        chunks.append((place, kind, content[place + 8 : place + 8 + length]))
        place += 12 + length
    return chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _insert(content: bytes, chunks: bytes, rng: Random) -> bytes:
    """Insert chunks after the header or at the end."""
    place = rng.choice((33, 33, len(content) - 12))
    return content[:place] + chunks + content[place:]


PNG_MUTATIONS = (
    absurd_header,
    likely_header,
    wrong_chunk_lengths,
    chunks_in_disorder,
    flipped_data,
    pixel_bomb,
    side_bomb,
    secret_chunks,
    many_chunks,
)
