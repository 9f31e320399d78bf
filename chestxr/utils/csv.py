"""Tables as CSV files that a spreadsheet shows, and never runs."""

import re
from pathlib import Path

import pandas as pd

from .atomic import atomic_write

__all__ = ["read_csv", "write_csv"]

# Where a cell may begin: spreadsheets of many countries take a semicolon for its end, also one that we put in quotes.
_START = r"(?:\A|(?<=[;\t\n]))"
# OWASP, CSV injection: what a formula begins with, full-width too; and the mark itself, so that it can be taken off.
_FORMULA = re.compile(_START + "(?=\"*[=+@\t\n\uff1d\uff0b\uff0d\uff20'-])")
_MARKED = re.compile(_START + "'")


def write_csv(path: Path, table: pd.DataFrame, float_format: str | None = None) -> None:
    """
    Write a table without its index, whole or not at all.

    A text that a spreadsheet would run as a formula gets an apostrophe before it, behind a semicolon, tab or end of
    line too: a film's name may come from anybody. Tables in Parquet and JSON have the text as it is.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    table : pandas.DataFrame
        The table.
    float_format : str, optional
        How numbers are written, as for pandas.
    """
    with atomic_write(path) as partial:
        _harmless(table).to_csv(partial, index=False, float_format=float_format)


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table that :py:func:`write_csv` wrote, and take the apostrophes off."""
    return _each_text(pd.read_csv(path), lambda text: _MARKED.sub("", text))


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before each text that may begin a formula."""

    def harmless(text: str) -> str:
        # The csv module does not quote a bare carriage return, which others take for the end of a row.
        return _FORMULA.sub("'", text.replace("\r", "\n"))

    return _each_text(table, harmless)


def _each_text(table: pd.DataFrame, change) -> pd.DataFrame:
    columns = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    changed = table.copy(deep=False)
    for name in columns:
        changed[name] = table[name].map(lambda cell: change(cell) if isinstance(cell, str) else cell)
    return changed
