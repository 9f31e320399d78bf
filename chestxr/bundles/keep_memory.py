"""Memory that a process keeps for its next film."""

import ctypes
import platform

__all__ = ["keep_memory"]

# Numbers of malloc.h; values are of C's int.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST, _LARGEST_ON_HEAP = 2**31 - 1, 2**30


def keep_memory() -> None:
    """
    Keep what is freed for the next film, where the C library is glibc; elsewhere nothing is done.

    By default glibc gives large blocks back to the system as soon as they are freed, and gets them anew for the next
    film, page by page. Networks on a CPU free and ask for the same blocks again and again. The process then holds,
    until it ends, the most memory that it ever needed. What this brings: tools/benchmarks/memory.json. The two
    parameters are described in mallopt(3).
    """
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGEST_ON_HEAP)
        library.mallopt(_TRIM_THRESHOLD, _LARGEST)
