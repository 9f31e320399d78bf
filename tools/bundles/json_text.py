"""Read and replace entries of a JSON file as text, preserving its formatting."""

import json
import re

__all__ = ["entries", "entry", "with_entry"]

_NAME = re.compile(r'\s*[{,]\s*"((?:[^"\\]|\\.)*)"\s*:\s*')
_INDENT = 4


def entries(text: str, path: tuple[str, ...] = ()) -> list[str]:
    """Return the keys of an object; of the whole file without `path`."""
    return list(_spans(text, _span(text, path)[0]))


def entry(text: str, path: tuple[str, ...]) -> str:
    """Return an entry's value as text, indented as at the top level."""
    start, end = _span(text, path)
    return text[start:end].replace("\n" + " " * _INDENT * (len(path) - 1), "\n")


def with_entry(text: str, path: tuple[str, ...], value: str) -> str:
    """Return the file with an entry's value replaced; `value` is text as :py:func:`entry` returns it."""
    start, end = _span(text, path)
    return text[:start] + value.replace("\n", "\n" + " " * _INDENT * (len(path) - 1)) + text[end:]


def _span(text: str, path: tuple[str, ...]) -> tuple[int, int]:
    start, end = 0, len(text)
    for name in path:
        start, end = _spans(text, start)[name]
    return start, end


def _spans(text: str, start: int) -> dict[str, tuple[int, int]]:
    """Return start and end of each value of the object that begins at `start`."""
    spans = {}
    while name := _NAME.match(text, start):
        _, start = json.JSONDecoder().raw_decode(text, name.end())
        spans[name[1]] = name.end(), start
    return spans
