"""Minimise a file that reproduces a fault."""

from collections.abc import Callable

__all__ = ["shrink"]

_TRIES = 60


def shrink(content: bytes, shows: Callable[[bytes], bool], tries: int = _TRIES) -> bytes:
    """
    Remove pieces, from halves to single bytes, from the end to the start, while the fault is reproduced.

    Parameters
    ----------
    content : bytes
        The file.
    shows : callable
        Returns whether a file reproduces the fault.
    tries : int, optional
        Maximum number of calls.
    """
    piece = len(content) // 2
    while piece and tries > 0:
        end = len(content)
        while end > 0 and tries > 0:
            start = max(0, end - piece)
            smaller = content[:start] + content[end:]
            tries -= 1
            if shows(smaller):
                content = smaller
            end = start
        piece //= 2
    return content
