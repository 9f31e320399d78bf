"""Read text files and CSV tables written by users."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

__all__ = ["read_user_table", "read_user_text"]


def read_user_text(path: Path) -> str:
    """
    Read a UTF-8 text file, with or without byte order mark.

    Raises
    ------
    ValueError
        If it has another encoding.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    # UTF-16 without byte order mark decodes as UTF-8 with a NUL after each letter.
    if "\0" in text:
        raise ValueError(
            f"{path}: found a text that is not UTF-8; expected UTF-8; save it as UTF-8 (spreadsheets: CSV UTF-8)"
        )
    return text


def read_user_table(path: Path, *needed: str) -> Iterator[tuple[str, dict[str, str]]]:
    """
    Read a UTF-8 CSV file with a header, separated by commas, semicolons or tabs.

    Spaces around cells are removed (except after closing quotes), and column names are converted to lower case. Rows
    may be shorter than the header, as spreadsheets omit empty cells at the end of a row.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    *needed : str
        Required columns.

    Yields
    ------
    str, dict of str to str
        File and line, for errors, and the row's cells by column.

    Raises
    ------
    ValueError
        If the file is not such a table, or a row has more cells than the header.
    """
    text = read_user_text(path)
    first = text.partition("\n")[0]
    # Where numbers have a decimal comma, spreadsheets separate cells by semicolons.
    separator = next((mark for mark in ",;\t" if mark in first), ",")
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True, strict=True)
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        if len(set(filter(None, columns))) < sum(map(bool, columns)):
            raise ValueError(f"{path}: found two columns of one name; expected each once; remove or rename one")
        missing = [name for name in needed if name not in columns]
        if missing:
            raise ValueError(
                f"{path}: found no column {' and '.join(missing)}; expected column names in the first line, "
                "separated by commas; correct the file"
            )
        for row in reader:
            where, cells = f"{path}, line {reader.line_num}", [cell.strip() for cell in row]
            if any(cells[len(columns) :]):
                raise ValueError(
                    f"{where}: found {len(cells)} cells; expected {len(columns)}, as in the first line; "
                    "quote cells that contain a comma"
                )
            if any(cells):
                yield where, dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
    except csv.Error as error:
        raise ValueError(
            f"{path}, line {reader.line_num}: found invalid CSV ({error}); expected cells separated by commas, with "
            "closed quotes; correct the file"
        ) from None
