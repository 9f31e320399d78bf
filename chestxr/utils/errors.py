"""FilmError, raised for files that cannot be used, and the root cause of errors that MONAI wraps."""

import re
from importlib.util import find_spec
from os import PathLike, fspath
from pydoc import ErrorDuringImport
from typing import TypeGuard

from .text import escape_path

__all__ = [
    "FilmError",
    "broken_file",
    "broken_pixels",
    "check_name",
    "film_error_behind",
    "is_system_error",
    "message_of",
    "missing_package",
    "out_of_memory",
    "root_cause",
]


class FilmError(ValueError):
    """
    A file cannot be used as a film or as a mask.

    The message is one line with the file, what was found, what was expected and what to do. It never contains a
    patient's name or identifier: of a DICOM header, it only quotes technical codes.

    Parameters
    ----------
    path : str or os.PathLike
        The file.
    found : str
        Description of the file.
    expected : str
        Description of a valid file.
    remedy : str
        What the user can do.
    lasting : bool, optional
        False if another attempt may succeed, for example after a disk error or a crash.

    Attributes
    ----------
    film : str
        The film's name in its data list, "" if there is none.
    """

    def __init__(self, path: str | PathLike, found: str, expected: str, remedy: str, lasting: bool = True) -> None:
        super().__init__(escape_path(path), found, expected, remedy)
        self.path = escape_path(path)
        self.lasting = lasting
        self.film = ""
        self.found = found
        self.expected = expected
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the message, one line."""
        return f"{self.path}: found {self.found}; expected {self.expected}; {self.remedy}"


def broken_file(path: str | PathLike, kind: str) -> FilmError:
    """Return the error for a truncated or inconsistent file of a format such as "DICOM"."""
    return FilmError(path, f"a truncated or broken {kind} file", f"a whole {kind} file", "export or copy it again")


def broken_pixels(path: str | PathLike) -> FilmError:
    """Return the error for an image file whose pixels are truncated or cannot be decoded."""
    return FilmError(path, "truncated or broken pixel data", "a whole image", "export or copy it again")


def message_of(error: BaseException) -> str:
    """Return an error's message in one line; that of a system error begins with its file."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def out_of_memory(path: str | PathLike, step: str) -> FilmError:
    """Return the error for a film that needs too much memory in a step, "read" or "screen"; a retry may succeed."""
    remedy = f"{step} it where there is more memory"
    return FilmError(path, "a film that takes more memory than there is", "a smaller film", remedy, lasting=False)


def is_system_error(error: BaseException) -> TypeGuard[OSError]:
    """
    Return whether an error comes from the operating system, for example from a disk.

    Libraries also raise :py:class:`OSError` for invalid content; those errors have no errno.
    """
    return isinstance(error, OSError) and error.errno is not None


def check_name(path: str | PathLike) -> None:
    """
    Check that a path or URI can be written without escapes.

    Raises
    ------
    FilmError
        If it contains control characters or bytes that are not UTF-8.
    """
    if escape_path(path) != fspath(path):
        raise FilmError(
            path, "a file name that is not UTF-8 or has control characters", "a name that tables can hold", "rename it"
        )


def film_error_behind(error: BaseException | None) -> FilmError | None:
    """Return the FilmError that MONAI's transforms wrapped in their own errors, None if there is none."""
    while error is not None and not isinstance(error, FilmError):
        error = error.__cause__
    return error


def root_cause(error: BaseException) -> BaseException:
    """Return the original error behind MONAI's wrappers, the first OSError or ValueError."""
    while not isinstance(error, (OSError, ValueError)):
        # MONAI imports the targets of a config with pydoc, whose error has no __cause__.
        cause = error.value if isinstance(error, ErrorDuringImport) else error.__cause__
        if cause is None:
            break
        error = cause
    return error


def missing_package(error: BaseException) -> str | None:
    """Return a message on a missing Python package and how to install it; None for other errors."""
    cause = root_cause(error)
    package = _missing_module(str(cause)).partition(".")[0] if isinstance(cause, ImportError) else ""
    if not package:
        return None
    return (
        f"{package}: this Python package is missing; expected all requirements of chestxr; install chestxr again, in "
        "its clone with pip install -c constraints.txt . or from its wheel with pip install"
    )


def _missing_module(text: str) -> str:
    """Return the module that an error's text names as missing: MONAI keeps only the text of the original error."""
    if found := re.search("No module named '([^']+)'", text):
        return found[1]
    # A target of a config; the module may also exist, without what is asked for.
    found = re.search("Cannot locate class or function path: '([^'.]+)", text)
    return found[1] if found and find_spec(found[1]) is None else ""
