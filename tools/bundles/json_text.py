"""Entries of a JSON file as text: what is copied keeps the line breaks that its author gave it."""

import json
import re

__all__ = ["entries", "entry", "with_entry"]

_NAME = re.compile(r'\s*[{,]\s*"((?:[^"\\]|\\.)*)"\s*:\s*')
_INDENT = 4


def entries(text: str, path: tuple[str, ...] = ()) -> list[str]:
    """Return the names of the entries of an object, the whole file's without `path`."""
    return list(_spans(text, _span(text, path)[0]))


def entry(text: str, path: tuple[str, ...]) -> str:
    """Return an entry's value as it is written, indented as at the top of the file."""
    start, end = _span(text, path)
    return text[start:end].replace("\n" + " " * _INDENT * (len(path) - 1), "\n")


def with_entry(text: str, path: tuple[str, ...], value: str) -> str:
    """Return the file with another value of an entry, given as :py:func:`entry` returns it."""
    start, end = _span(text, path)
    return text[:start] + value.replace("\n", "\n" + " " * _INDENT * (len(path) - 1)) + text[end:]


def _span(text: str, path: tuple[str, ...]) -> tuple[int, int]:
    start, end = 0, len(text)
    for name in path:
        start, end = _spans(text, start)[name]
    return start, end


def _spans(text: str, start: int) -> dict[str, tuple[int, int]]:
    """Return where the values of the object that begins at `start` begin and end."""
    spans = {}
    while name := _NAME.match(text, start):
        _, start = json.JSONDecoder().raw_decode(text, name.end())
        spans[name[1]] = name.end(), start
    return spans
