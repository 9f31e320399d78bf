"""What a user reads when ``python -m monai.bundle run`` ends with an error."""

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType

from chestxr.utils.errors import missing_package, root_cause

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
    to do; for any other the traceback follows. Ignite and MONAI do not log the same error in other words before. Errors
    that MONAI does not wrap are printed as ever, and a hook that a program has set itself is left alone.
    """
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _print_cause
    # Here, since whoever only looks for a bundle does without MONAI.
    from monai.apps import get_logger

    # Python's own look-up of MONAI's logger would keep MONAI from giving it an output.
    for place in (*logging.getLogger().handlers, get_logger("monai.handlers.StatsHandler")):
        if _tells_no_error_twice not in place.filters:
            place.addFilter(_tells_no_error_twice)


def _print_cause(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    cause, missing = root_cause(error), missing_package(error)
    if cause is error:
        sys.__excepthook__(kind, error, trace)
    elif missing:
        print(missing, file=sys.stderr)
    elif _is_explained(cause):
        print(_in_one_line(cause), file=sys.stderr)
    else:
        print(f"the bundle stopped: {cause}; check what was given, or report it with what follows", file=sys.stderr)
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


def _tells_no_error_twice(record: logging.LogRecord) -> bool:
    """Leave out what Ignite's engine and MONAI's StatsHandler log of an error that they raise again."""
    by_engine = record.name.startswith("ignite") and "terminating due to exception" in record.getMessage()
    by_handler = record.name == "monai.handlers.StatsHandler" and record.exc_info
    return not (by_engine or by_handler)
