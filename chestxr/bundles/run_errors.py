"""What a user reads when ``python -m monai.bundle run`` ends with an error."""

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType

from .innermost import innermost, missing_package

__all__ = ["check_bundle_root", "explain_errors"]

_PACKAGE = Path(__file__).parents[1]


def check_bundle_root(bundle_root: str | Path) -> None:
    """
    End the program unless a folder is that of a bundle.

    Raises
    ------
    SystemExit
        If the folder has no ``configs/metadata.json``: ``--bundle_root`` was not given, and the program was not started
        in the bundle's folder.
    """
    if not (Path(bundle_root) / "configs" / "metadata.json").is_file():
        raise SystemExit(
            f"bundle_root {bundle_root}: found no configs/metadata.json; expected the bundle's folder; "
            "add --bundle_root FOLDER, or start in that folder"
        )


def explain_errors() -> None:
    """
    Print the cause of an uncaught error in its first line, for the rest of this process.

    MONAI wraps an error in others that name the part of the configuration that it came from, and Python prints the last
    of these at the end of a long traceback. For errors of files, and for those that chestxr raises, one line says what
    to do; for any other the traceback follows. The same error is not logged by Ignite in other words before.
    """
    if sys.excepthook is not _print_cause:
        sys.excepthook = _print_cause
    for handler in logging.getLogger().handlers:
        if _is_no_termination not in handler.filters:
            handler.addFilter(_is_no_termination)


def _print_cause(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    cause, missing = innermost(error), missing_package(error)
    if isinstance(cause, KeyboardInterrupt):
        print("stopped", file=sys.stderr)
    elif missing:
        print(missing, file=sys.stderr)
    elif _is_explained(cause):
        print(_in_one_line(cause), file=sys.stderr)
    else:
        print(f"{type(cause).__name__}: {cause}", file=sys.stderr)
        traceback.print_exception(kind, error, trace)


def _is_explained(cause: BaseException) -> bool:
    """Say whether the system raised an error over a file, or chestxr raised it in words for a user."""
    if isinstance(cause, OSError):
        return True
    frames = traceback.extract_tb(cause.__traceback__)
    return isinstance(cause, ValueError) and bool(frames) and Path(frames[-1].filename).is_relative_to(_PACKAGE)


def _in_one_line(cause: BaseException) -> str:
    if isinstance(cause, OSError) and cause.filename is not None:
        return f"{cause.filename}: {cause.strerror}"
    return str(cause)


def _is_no_termination(record: logging.LogRecord) -> bool:
    return not (record.name.startswith("ignite") and "terminating due to exception" in record.getMessage())
