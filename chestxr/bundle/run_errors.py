"""Readable error messages for ``python -m monai.bundle run``."""

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType

from chestxr.utils.errors import message_of, missing_package, root_cause

__all__ = ["check_bundle_root", "explain_errors"]

_PACKAGE = Path(__file__).parents[1]


def check_bundle_root(bundle_root: str | Path) -> None:
    """
    Exit the program unless a folder contains a bundle.

    Raises
    ------
    SystemExit
        If the folder has no ``configs/metadata.json``, usually because ``--bundle_root`` was not given and the working
        directory is not the bundle's folder.
    """
    if not (Path(bundle_root) / "configs" / "metadata.json").is_file():
        raise SystemExit(
            f"bundle_root {bundle_root}: found no configs/metadata.json; expected the bundle's folder; "
            "add --bundle_root FOLDER, or run the command in that folder"
        )


def explain_errors() -> None:
    """
    Install an exception hook that prints the root cause of an uncaught error first.

    MONAI wraps an error in others that name the configuration entry, and Python prints the outermost one after a long
    traceback. For file errors and errors raised by chestxr, the hook prints one line with the remedy; for any other
    error the traceback follows. Duplicate log messages of Ignite and MONAI are suppressed. Errors that MONAI does not
    wrap are printed as usual, and a hook that the program has already installed is kept.
    """
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _print_cause
    # Imported here so that looking up a bundle does not import MONAI.
    from monai.apps import get_logger

    # logging.getLogger would create MONAI's logger without an output handler.
    for place in (*logging.getLogger().handlers, get_logger("monai.handlers.StatsHandler")):
        if _is_not_duplicate not in place.filters:
            place.addFilter(_is_not_duplicate)


def _print_cause(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    cause, missing = root_cause(error), missing_package(error)
    if cause is error:
        sys.__excepthook__(kind, error, trace)
    elif missing:
        print(missing, file=sys.stderr)
    elif _is_explained(cause):
        print(message_of(cause), file=sys.stderr)
    else:
        print(f"the bundle stopped: {cause}; check the arguments, or report it with the traceback", file=sys.stderr)
        traceback.print_exception(kind, error, trace)


def _is_explained(cause: BaseException) -> bool:
    """Return whether an error has a message for users: a file error, or one of chestxr or of MONAI's str2bool."""
    if isinstance(cause, OSError):
        return True
    frames = traceback.extract_tb(cause.__traceback__)
    if not isinstance(cause, ValueError) or not frames:
        return False
    return frames[-1].name == "str2bool" or Path(frames[-1].filename).is_relative_to(_PACKAGE)


def _is_not_duplicate(record: logging.LogRecord) -> bool:
    """Return False for log records of errors that Ignite's engine and MONAI's StatsHandler raise again."""
    by_engine = record.name.startswith("ignite") and "terminating due to exception" in record.getMessage()
    by_handler = record.name == "monai.handlers.StatsHandler" and record.exc_info
    return not (by_engine or by_handler)
