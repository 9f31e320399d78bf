"""Report why a background task failed in its last output line: MONAI Label keeps and logs twenty lines."""

import sys
import time
from types import TracebackType

from fastapi import HTTPException

from chestxr.utils.errors import root_cause

from .quiet_log import without_identifiers

__all__ = ["say_why_it_failed"]

# MONAI Label stops reading when the process ends, even if output is left.
_READ_WITHIN_S = 0.5
_UNEXPECTED = "unexpected error; see the server's log, and report it"


def say_why_it_failed() -> None:
    """Install a hook that reports an uncaught error in one line."""
    sys.excepthook = _say


def _say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    refused = isinstance(error, HTTPException)
    if not refused:
        sys.__excepthook__(kind, error, trace)
    inner = root_cause(error)
    detail = error.detail if refused else inner
    reason = detail if refused or isinstance(inner, (OSError, ValueError)) else f"{_UNEXPECTED}: {detail}"
    print(without_identifiers(f"failed: {reason}"), file=sys.stderr, flush=True)
    time.sleep(_READ_WITHIN_S)
