"""Mutations of the bytes of any file."""

from random import Random

__all__ = ["BYTE_MUTATIONS"]

_HEADER = 2048
_INTERESTING = (b"\x00", b"\xff", b"\x7f\xff", b"\x00\x80", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00" * 8)


def flip_header_bits(content: bytes, rng: Random) -> bytes:
    """Flip one to eight bits near the start of the file."""
    return _flip(content, rng, min(len(content), _HEADER), rng.randint(1, 8))


def flip_any_bits(content: bytes, rng: Random) -> bytes:
    """Flip one to 64 bits at random positions."""
    return _flip(content, rng, len(content), rng.choice((1, 2, 8, 64)))


def _flip(content: bytes, rng: Random, end: int, bits: int) -> bytes:
    changed = bytearray(content)
    for _ in range(bits if end else 0):
        changed[rng.randrange(end)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def truncate(content: bytes, rng: Random) -> bytes:
    """Cut off the end."""
    return content[: rng.randrange(len(content) + 1)] if rng.random() < 0.7 else content[: -rng.randint(1, 16)]


def extreme_numbers(content: bytes, rng: Random) -> bytes:
    """Overwrite one to four places near the start with extreme numbers."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        number = rng.choice(_INTERESTING)
        place = rng.randrange(max(1, min(len(content), _HEADER)))
        changed[place : place + len(number)] = number
    return bytes(changed)


def drop_a_piece(content: bytes, rng: Random) -> bytes:
    """Delete some bytes."""
    start = rng.randrange(len(content) + 1)
    return content[:start] + content[start + rng.choice((1, 2, 4, 100, 4096)) :]


def repeat_a_piece(content: bytes, rng: Random) -> bytes:
    """Duplicate some bytes."""
    start, size = rng.randrange(len(content) + 1), rng.choice((1, 2, 8, 100, 4096))
    return content[:start] + content[start : start + size] * rng.randint(2, 5) + content[start + size :]


def random_run(content: bytes, rng: Random) -> bytes:
    """Overwrite a range of bytes with noise."""
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
