"""Escape paths for tables and messages."""

import re
from os import PathLike, fspath

__all__ = ["escape_path"]


# Control characters and Unicode line separators: a file name must not add lines to an output.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def escape_path(path: str | PathLike) -> str:
    """Return a path with control characters and bytes that are not UTF-8 escaped."""
    text = fspath(path).encode("utf-8", "backslashreplace").decode()
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
