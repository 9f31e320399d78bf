"""A table as TensorBoard reads it under Text."""

from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["markdown_table"]


def markdown_table(heading: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """
    Write a table in Markdown.

    Parameters
    ----------
    heading : sequence
        The columns' names.
    rows : iterable of sequence
        The cells, line by line.

    Returns
    -------
    str
        One line for the heading, one for the rule and one for each row.
    """
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "&#124;") for cell in line) + " |" for line in lines)
