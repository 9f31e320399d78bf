"""What can happen to the bytes of any file."""

from random import Random

__all__ = ["BYTE_MUTATIONS"]

_HEADER = 2048
_INTERESTING = (b"\x00", b"\xff", b"\x7f\xff", b"\x00\x80", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00" * 8)


def flip_header_bits(content: bytes, rng: Random) -> bytes:
    """Flip one to eight bits near the start."""
    return _flip(content, rng, min(len(content), _HEADER), rng.randint(1, 8))


def flip_any_bits(content: bytes, rng: Random) -> bytes:
    """Flip one to 64 bits anywhere."""
    return _flip(content, rng, len(content), rng.choice((1, 2, 8, 64)))


def _flip(content: bytes, rng: Random, end: int, bits: int) -> bytes:
    changed = bytearray(content)
    for _ in range(bits if end else 0):
        changed[rng.randrange(end)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def truncate(content: bytes, rng: Random) -> bytes:
    """Cut the end off."""
    return content[: rng.randrange(len(content) + 1)] if rng.random() < 0.7 else content[: -rng.randint(1, 16)]


def extreme_numbers(content: bytes, rng: Random) -> bytes:
    """Write the largest and smallest numbers over one to four places near the start."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        number = rng.choice(_INTERESTING)
        place = rng.randrange(max(1, min(len(content), _HEADER)))
        changed[place : place + len(number)] = number
    return bytes(changed)


def drop_a_piece(content: bytes, rng: Random) -> bytes:
    """Leave out some bytes."""
    start = rng.randrange(len(content) + 1)
    return content[:start] + content[start + rng.choice((1, 2, 4, 100, 4096)) :]


def repeat_a_piece(content: bytes, rng: Random) -> bytes:
    """Write some bytes twice or more."""
    start, size = rng.randrange(len(content) + 1), rng.choice((1, 2, 8, 100, 4096))
    return content[:start] + content[start : start + size] * rng.randint(2, 5) + content[start + size :]


def random_run(content: bytes, rng: Random) -> bytes:
    """Write noise over a run of bytes."""
    start, size = rng.randrange(len(content) + 1), rng.choice((4, 64, 1024, 8192))
    end = min(len(content), start + size)
    return content[:start] + rng.randbytes(end - start) + content[end:]


def add_to_the_end(content: bytes, rng: Random) -> bytes:
    """Append noise, zeros or the file itself."""
    size = rng.choice((1, 2, 100, 10_000))
    return content + rng.choice((rng.randbytes(size), bytes(size), content))


BYTE_MUTATIONS = (
    flip_header_bits,
    flip_any_bits,
    truncate,
    extreme_numbers,
    drop_a_piece,
    repeat_a_piece,
    random_run,
    add_to_the_end,
)
