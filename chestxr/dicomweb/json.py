"""Read what an archive says in DICOM JSON (PS3.18, F.2), whatever it says."""

from typing import Any

__all__ = ["text_of", "values_of"]


def values_of(entry: Any, tag: str) -> list:
    """
    Return an attribute's values, none if it has none or if what should be an entry is none.

    Parameters
    ----------
    entry : object
        What stands where a data set should.
    tag : str
        The attribute, such as "0020000D".
    """
    match entry.get(tag) if isinstance(entry, dict) else None:
        case {"Value": list(values)}:
            return values
    return []


def text_of(entry: Any, tag: str) -> str:
    """Return an attribute's first value if that is a text, "" otherwise; arguments as for :py:func:`values_of`."""
    match values_of(entry, tag):
        case [str(text), *_]:
            return text
    return ""
