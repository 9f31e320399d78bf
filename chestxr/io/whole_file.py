"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

__all__ = ["whole_file", "write_text"]


@contextmanager
def whole_file(path: str | PathLike) -> Iterator[Path]:
    """
    Give a temporary path beside `path` to write to, and rename it once it is written.

    If writing fails, the temporary file is removed and whatever stood at `path` stays as it was.

    Parameters
    ----------
    path : str or os.PathLike
        The file to make or replace. Folders are made as needed.

    Yields
    ------
    pathlib.Path
        Where to write; it has the same ending as `path`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".part-{os.getpid()}-{path.name}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: str | PathLike, text: str) -> None:
    """Write a UTF-8 text file, whole or not at all."""
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")
