"""Files that appear whole or not at all."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

__all__ = ["atomic_write", "remove_partial_files", "write_text"]

_PARTIAL = re.compile(r"\.part-(\d+)-.*", re.DOTALL)


@contextmanager
def atomic_write(path: str | PathLike) -> Iterator[Path]:
    """
    Give a temporary path beside `path` to write to, and rename it once it is written.

    If writing fails, the temporary file is removed and whatever stood at `path` stays as it was. Its content is on the
    disk before it has its name, so that a power cut leaves no file that is empty or cut short.

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
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def remove_partial_files(folder: Path) -> None:
    """Remove the temporary files, in a folder and below it, of processes that were killed while they wrote."""
    for path in folder.rglob(".part-*"):
        writer = _PARTIAL.fullmatch(path.name)
        if writer and not _is_alive(int(writer[1])):
            path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_text(path: str | PathLike, text: str) -> None:
    """Write a UTF-8 text file, whole or not at all."""
    with atomic_write(path) as partial:
        partial.write_text(text, encoding="utf-8")
