"""Texts and tables that a user wrote, in whichever program."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

__all__ = ["read_user_table", "read_user_text"]


def read_user_text(path: Path) -> str:
    """
    Read a text in UTF-8, with or without byte order mark.

    Raises
    ------
    ValueError
        If it has another encoding.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    # UTF-16 without its mark reads as UTF-8 with a zero behind each letter.
    if "\0" in text:
        raise ValueError(
            f"{path}: found a text that is not UTF-8; expected UTF-8; save it as UTF-8 (spreadsheets: CSV UTF-8)"
        )
    return text


def read_user_table(path: Path, *needed: str) -> Iterator[tuple[str, dict[str, str]]]:
    """
    Read a CSV file in UTF-8, cells between commas, semicolons or tabs, names of the columns in the first line.

    Spaces around cells are taken off (not behind closing quotes), and names of columns are in lower case. A row may end
    early, as spreadsheets write rows that end in empty cells: those cells are empty.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    *needed : str
        Columns that it must have.

    Yields
    ------
    str, dict of str to str
        File and line, for errors, and the row's cells by column.

    Raises
    ------
    ValueError
        If the file is no such table, or a row has more cells than the first line.
    """
    text = read_user_text(path)
    first = text.partition("\n")[0]
    # Where numbers have a decimal comma, spreadsheets put semicolons between cells.
    separator = next((mark for mark in ",;\t" if mark in first), ",")
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True, strict=True)
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        if len(set(filter(None, columns))) < sum(map(bool, columns)):
            raise ValueError(f"{path}: found two columns of one name; expected each once; remove or rename one")
        missing = [name for name in needed if name not in columns]
        if missing:
            raise ValueError(
                f"{path}: found no column {' and '.join(missing)}; expected the columns' names in the first line, "
                "with commas between; correct the file"
            )
        for row in reader:
            where, cells = f"{path}, line {reader.line_num}", [cell.strip() for cell in row]
            if any(cells[len(columns) :]):
                raise ValueError(
                    f"{where}: found {len(cells)} cells; expected {len(columns)}, as in the first line; "
                    "put cells that hold a comma in quotes"
                )
            if any(cells):
                yield where, dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
    except csv.Error as error:
        raise ValueError(
            f"{path}, line {reader.line_num}: found no CSV ({error}); expected cells between commas, quotes closed; "
            "correct the file"
        ) from None
