"""Atomic writes: a file appears complete or not at all."""

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
    Yield a temporary path in the same folder, and rename it to `path` once it is written.

    If writing fails, the temporary file is removed and an existing file at `path` is unchanged. The content is flushed
    to disk before the rename, so that a power failure leaves no empty or truncated file.

    Parameters
    ----------
    path : str or os.PathLike
        The file to create or replace. Missing folders are created.

    Yields
    ------
    pathlib.Path
        The path to write to, with the same suffix as `path`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with atomic_write(Path(folder) / "films.csv") as partial:
    ...         _ = partial.write_text("film\\n")
    ...     [path.name for path in Path(folder).iterdir()]
    ['films.csv']
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
    """Remove temporary files of killed processes from a folder and its subfolders."""
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
    """Write a UTF-8 text file atomically."""
    with atomic_write(path) as partial:
        partial.write_text(text, encoding="utf-8")
