"""Markdown tables for TensorBoard's Text tab."""

from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["markdown_table"]


def markdown_table(heading: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """
    Return a table in Markdown.

    Parameters
    ----------
    heading : sequence
        Column names.
    rows : iterable of sequence
        Cells, row by row.

    Returns
    -------
    str
        One line for the heading, one for the rule and one per row.
    """
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "&#124;") for cell in line) + " |" for line in lines)
