"""Mutations of NIfTI files, compressed or not."""

import gzip
import struct
from random import Random

from .deflate_bombs import gzip_bomb
from .seeds import PATIENT_NAME

__all__ = ["NIFTI_MUTATIONS"]

_GZIP = b"\x1f\x8b"
_SIDES = (-32768, -1, 0, 1, 2, 63, 64, 100, 300, 9999, 30_000, 32_767)
_TYPES = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2304, 255, -1)
_FLOATS = (0.0, -0.0, -1.0, 1e-38, 1e38, -1e38, float("nan"), float("inf"), float("-inf"), 0.5, 1000.0)
_DIM, _DATATYPE, _PIXDIM, _VOX_OFFSET, _SLOPE, _QFORM, _MAGIC = 40, 70, 76, 108, 112, 252, 344


def _on_plain(mutate):
    """Apply a mutation to the uncompressed file."""

    def mutate_plain(content: bytes, rng: Random) -> bytes:
        if content[:2] != _GZIP:
            return mutate(content, rng)
        return gzip.compress(mutate(gzip.decompress(content), rng), 1, mtime=0)

    mutate_plain.__name__, mutate_plain.__doc__ = mutate.__name__, mutate.__doc__
    return mutate_plain


@_on_plain
def absurd_dimensions(content: bytes, rng: Random) -> bytes:
    """Set wrong dimensions."""
    dims = list(struct.unpack("<8h", content[_DIM : _DIM + 16]))
    for place in rng.sample(range(8), rng.randint(1, 3)):
        dims[place] = rng.choice(range(-1, 10)) if place == 0 else rng.choice(_SIDES)
    return _over(content, _DIM, struct.pack("<8h", *dims))


@_on_plain
def likely_dimensions(content: bytes, rng: Random) -> bytes:
    """Set a size near the true one."""
    dims = list(struct.unpack("<8h", content[_DIM : _DIM + 16]))
    first, second = [place for place in (1, 2, 3) if dims[place] > 1]
    change = rng.randrange(5)
    if change == 0:
        dims[first], dims[second] = dims[second], dims[first]
    elif change == 1:
        dims[first], dims[second] = dims[first] // 2, dims[second] * 2
    else:
        dims[rng.choice((first, second))] += rng.choice((-100, -50, -1, 1))
    return _over(content, _DIM, struct.pack("<8h", *dims))


@_on_plain
def odd_types(content: bytes, rng: Random) -> bytes:
    """Set another data type."""
    return _over(content, _DATATYPE, struct.pack("<hh", rng.choice(_TYPES), rng.choice((0, 1, 8, 16, 32, 64, -8))))


@_on_plain
def odd_scale(content: bytes, rng: Random) -> bytes:
    """Set an invalid intensity scale."""
    return _over(content, _SLOPE, struct.pack("<ff", rng.choice(_FLOATS), rng.choice(_FLOATS)))


@_on_plain
def odd_geometry(content: bytes, rng: Random) -> bytes:
    """Set other voxel positions and sizes."""
    changed = _over(content, _PIXDIM, struct.pack("<8f", *(rng.choice(_FLOATS) for _ in range(8))))
    if rng.random() < 0.5:
        return changed
    codes = struct.pack("<hh", rng.choice((0, 1, 4, 99, -3)), rng.choice((0, 1, 4, 99)))
    return _over(changed, _QFORM, codes + struct.pack("<18f", *(rng.choice(_FLOATS) for _ in range(18))))


@_on_plain
def odd_offset(content: bytes, rng: Random) -> bytes:
    """Set another offset of the values."""
    offset = rng.choice((0.0, 1.0, 348.0, 353.0, 400.0, 5000.0, 1e6, 1e9, 3e9, 1e30, -352.0, *_FLOATS))
    return _over(content, _VOX_OFFSET, struct.pack("<f", offset))


@_on_plain
def odd_magic(content: bytes, rng: Random) -> bytes:
    """Set another version of the format, or the other byte order."""
    if rng.random() < 0.5:
        return _over(content, _MAGIC, rng.choice((b"ni1\0", b"n+2\0", b"n+1 ", b"ni2\0", b"\0\0\0\0")))
    return _over(content, 0, rng.choice((b"\0\0\1\x5c", b"\x1c\2\0\0", b"\0\0\2\x1c", bytes(4))))


@_on_plain
def extensions(content: bytes, rng: Random) -> bytes:
    """Declare header extensions of right or wrong sizes, with the patient's name."""
    size = rng.choice((0, 8, 16, 17, 64, 2**20, 2**30, 2**31 - 1, -1))
    code = rng.choice((0, 2, 4, 6, 30, 32, 44, -1))
    text = (PATIENT_NAME.encode() * 4).ljust(56, b"\0")
    added = struct.pack("<ii", size, code) + text
    offset = rng.choice((352.0, 352.0 + len(added), 1e9, 2e9))
    return _over(content[:348] + b"\1\0\0\0" + added + content[352:], _VOX_OFFSET, struct.pack("<f", offset))


def gzip_bombs(content: bytes, rng: Random) -> bytes:
    """Add zeros that inflate to far more than the file: as values, as extensions, or as unused data."""
    plain = gzip.decompress(content) if content[:2] == _GZIP else content
    head = bytearray(plain[:352])
    if rng.random() < 0.5:
        head[_DIM : _DIM + 8] = struct.pack("<4h", 2, *[rng.choice((300, 9999, 30_000))] * 2, 1)
        head[_DATATYPE : _DATATYPE + 4] = rng.choice((struct.pack("<hh", 64, 64), struct.pack("<hh", 2, 8)))
    elif rng.random() < 0.5:
        head[_VOX_OFFSET : _VOX_OFFSET + 4] = struct.pack("<f", rng.choice((1e8, 1e9, 3e9)))
        head[348:352] = b"\1\0\0\0"
        extension = struct.pack("<ii", rng.choice((2**30, 2**31 - 16)), 6)
        return gzip_bomb(rng.choice((100, 3500)), bytes(head) + extension)
    return gzip_bomb(rng.choice((1, 100, 1000, 3500)), bytes(head) if rng.random() < 0.8 else b"")


def gzip_twice(content: bytes, rng: Random) -> bytes:
    """Compress again, in several members, or with noise between them."""
    plain = gzip.decompress(content) if content[:2] == _GZIP else content
    half = rng.randrange(len(plain))
    parts = gzip.compress(plain[:half], 1, mtime=0), gzip.compress(plain[half:], 1, mtime=0)
    members = parts[0] + rng.choice((b"", b"noise", bytes(100))) + parts[1]
    return rng.choice((members, gzip.compress(gzip.compress(plain, 1, mtime=0), 1, mtime=0)))


def _over(content: bytes, place: int, new: bytes) -> bytes:
    return content[:place] + new + content[place + len(new) :]


NIFTI_MUTATIONS = (
    absurd_dimensions,
    likely_dimensions,
    odd_types,
    odd_scale,
    odd_geometry,
    odd_offset,
    odd_magic,
    extensions,
    gzip_bombs,
    gzip_twice,
)
