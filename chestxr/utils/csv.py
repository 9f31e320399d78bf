"""CSV input and output that is safe against formula injection."""

import re
from pathlib import Path

import pandas as pd

from .atomic import atomic_write

__all__ = ["read_csv", "write_csv"]

# Where a cell may begin: with many locales, spreadsheets split cells at semicolons, even at quoted ones.
_START = r"(?:\A|(?<=[;\t\n]))"
# OWASP, CSV injection: first characters of formulas, also full-width, and the apostrophe, so that it can be removed.
_FORMULA = re.compile(_START + "(?=\"*[=+@\t\n\uff1d\uff0b\uff0d\uff20'-])")
_MARKED = re.compile(_START + "'")


def write_csv(path: Path, table: pd.DataFrame, float_format: str | None = None) -> None:
    """
    Write a table without its index, atomically.

    An apostrophe is inserted before text that a spreadsheet would run as a formula, also after a semicolon, tab or
    line break: names of films are untrusted. Tables in Parquet and JSON contain the original text.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    table : pandas.DataFrame
        The table.
    float_format : str, optional
        Format of numbers, as in pandas.
    """
    with atomic_write(path) as partial:
        _harmless(table).to_csv(partial, index=False, float_format=float_format)


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table written by :py:func:`write_csv` and remove the apostrophes."""
    return _each_text(pd.read_csv(path), lambda text: _MARKED.sub("", text))


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Insert an apostrophe wherever a formula could begin."""

    def harmless(text: str) -> str:
        # The csv module does not quote a bare carriage return, which other programs read as the end of a row.
        return _FORMULA.sub("'", text.replace("\r", "\n"))

    return _each_text(table, harmless)


def _each_text(table: pd.DataFrame, change) -> pd.DataFrame:
    columns = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    changed = table.copy(deep=False)
    for name in columns:
        changed[name] = table[name].map(lambda cell: change(cell) if isinstance(cell, str) else cell)
    return changed
