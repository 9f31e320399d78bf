"""Read attributes from DICOM JSON (PS3.18, F.2), tolerating malformed entries."""

from typing import Any

__all__ = ["text_of", "values_of"]


def values_of(entry: Any, tag: str) -> list:
    """
    Return an attribute's values; an empty list if it has none or the entry is not a data set.

    Parameters
    ----------
    entry : object
        A data set in DICOM JSON, or any other JSON value.
    tag : str
        The attribute, such as "0020000D".
    """
    match entry.get(tag) if isinstance(entry, dict) else None:
        case {"Value": list(values)}:
            return values
    return []


def text_of(entry: Any, tag: str) -> str:
    """Return an attribute's first value if it is a string, "" otherwise; parameters as in :py:func:`values_of`."""
    match values_of(entry, tag):
        case [str(text), *_]:
            return text
    return ""
