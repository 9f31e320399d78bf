"""Paths as tables and lines of text can hold them."""

from os import PathLike, fspath

__all__ = ["printable"]


def printable(path: str | PathLike) -> str:
    """Write a path whose name is not UTF-8 with its odd bytes escaped; leave others as they are."""
    return fspath(path).encode("utf-8", "backslashreplace").decode()
