"""Make a file that shows a fault smaller."""

from collections.abc import Callable

__all__ = ["shrink"]

_TRIES = 60


def shrink(content: bytes, shows: Callable[[bytes], bool], tries: int = _TRIES) -> bytes:
    """
    Leave out pieces, from halves to single bytes, the last ones first, as long as the fault still shows.

    Parameters
    ----------
    content : bytes
        The file.
    shows : callable
        Says whether a file shows the fault.
    tries : int, optional
        How often to ask.
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
