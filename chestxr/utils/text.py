"""Paths as tables and lines of text can hold them."""

import re
from os import PathLike, fspath

__all__ = ["escape_path"]


# Control characters, and what some programs take for the end of a line: a name must not write lines of its own.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def escape_path(path: str | PathLike) -> str:
    """Write a path with control characters, and bytes that are not UTF-8, escaped; leave others as they are."""
    text = fspath(path).encode("utf-8", "backslashreplace").decode()
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
