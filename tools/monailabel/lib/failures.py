"""Why a background task failed, as the last line of what it says: MONAI Label keeps twenty lines, and logs them."""

import sys
import time
from types import TracebackType

from fastapi import HTTPException

from chestxr.utils.errors import root_cause

from .quiet_log import without_identifiers

__all__ = ["say_why_it_failed"]

# MONAI Label stops reading once the process has ended, whatever it has not read yet.
_READ_WITHIN_S = 0.5
_UNFORESEEN = "an error that nobody foresaw; look at the server's log, and report it"


def say_why_it_failed() -> None:
    """End this process, should an error end it, with the reason in one line."""
    sys.excepthook = _say


def _say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    refused = isinstance(error, HTTPException)
    if not refused:
        sys.__excepthook__(kind, error, trace)
    inner = root_cause(error)
    told = error.detail if refused else inner
    reason = told if refused or isinstance(inner, (OSError, ValueError)) else f"{_UNFORESEEN}: {told}"
    print(without_identifiers(f"failed: {reason}"), file=sys.stderr, flush=True)
    time.sleep(_READ_WITHIN_S)
