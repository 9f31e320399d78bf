"""Decompression bombs: small deflate streams that inflate to many zeros."""

import struct
import zlib

__all__ = ["MEBI", "gzip_bomb", "raw_bomb", "zlib_bomb"]

MEBI = 2**20


def raw_bomb(mebibytes: int, start: bytes = b"") -> bytes:
    """Deflate `start` and that many MiB of zeros, without header: one fully flushed block, repeated."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    head = squeeze.compress(start) + squeeze.flush(zlib.Z_FULL_FLUSH)
    block = squeeze.compress(bytes(MEBI)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return head + block * mebibytes + squeeze.flush(zlib.Z_FINISH)


def zlib_bomb(mebibytes: int) -> bytes:
    """Return zeros as a zlib stream with a valid checksum."""
    checksum = (mebibytes * MEBI % 65521) << 16 | 1
    return b"\x78\x9c" + raw_bomb(mebibytes) + struct.pack(">I", checksum)


def gzip_bomb(mebibytes: int, start: bytes = b"") -> bytes:
    """Return `start` and zeros as a gzip file with a wrong checksum."""
    return b"\x1f\x8b\x08" + bytes(7) + raw_bomb(mebibytes, start) + struct.pack("<II", 0, mebibytes * MEBI % 2**32)
