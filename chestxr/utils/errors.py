"""The error that a film gives, and the cause behind errors that MONAI wraps."""

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
    "missing_package",
    "out_of_memory",
    "root_cause",
]


class FilmError(ValueError):
    """
    A file cannot be used as a film or as a mask.

    Its text is one line that names the file, what was found, what was expected and what to do. It never holds a
    patient's name or identifier: nothing from a DICOM header but technical codes enters it.

    Parameters
    ----------
    path : str or os.PathLike
        The file.
    found : str
        What the file is.
    expected : str
        What it should be.
    remedy : str
        What the user can do.
    lasting : bool, optional
        False if another try may succeed: a disk that did not answer, a program that failed.

    Attributes
    ----------
    film : str
        The film's name in the list that it came from, "" if it came from none.
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
        """Return the one line that a user reads."""
        return f"{self.path}: found {self.found}; expected {self.expected}; {self.remedy}"


def broken_file(path: str | PathLike, kind: str) -> FilmError:
    """Return the error of a file of a kind, such as "DICOM", that ends early or contradicts itself."""
    return FilmError(path, f"a truncated or broken {kind} file", f"a whole {kind} file", "export or copy it again")


def broken_pixels(path: str | PathLike) -> FilmError:
    """Return the error of a picture file whose pixels are cut off or cannot be decoded."""
    return FilmError(path, "truncated or broken pixel data", "a whole image", "export or copy it again")


def out_of_memory(path: str | PathLike, step: str) -> FilmError:
    """Return the error of a film that takes too much memory for a step, "read" or "screen"; another try may succeed."""
    remedy = f"{step} it where there is more memory"
    return FilmError(path, "a film that takes more memory than there is", "a smaller film", remedy, lasting=False)


def is_system_error(error: BaseException) -> TypeGuard[OSError]:
    """
    Say whether the operating system failed, a disk for instance.

    Libraries raise :py:class:`OSError` over what a file holds too; those have no number.
    """
    return isinstance(error, OSError) and error.errno is not None


def check_name(path: str | PathLike) -> None:
    """
    Refuse a path or an address that would have to be written with escapes.

    Raises
    ------
    FilmError
        If it has control characters, or bytes that are not UTF-8.
    """
    if escape_path(path) != fspath(path):
        raise FilmError(
            path, "a file name that is not UTF-8 or has control characters", "a name that tables can hold", "rename it"
        )


def film_error_behind(error: BaseException | None) -> FilmError | None:
    """Return the FilmError that MONAI's transforms wrapped in errors of their own, None if there is none."""
    while error is not None and not isinstance(error, FilmError):
        error = error.__cause__
    return error


def root_cause(error: BaseException) -> BaseException:
    """Return the error that MONAI's own were raised from, the first that says what is wrong."""
    while not isinstance(error, (OSError, ValueError)):
        # MONAI imports what a configuration names by pydoc, whose error has no __cause__.
        cause = error.value if isinstance(error, ErrorDuringImport) else error.__cause__
        if cause is None:
            break
        error = cause
    return error


def missing_package(error: BaseException) -> str | None:
    """Say which Python package is missing and how to install it; None if an error has another reason."""
    cause = root_cause(error)
    if not isinstance(cause, ModuleNotFoundError):
        return None
    package = (cause.name or str(cause)).partition(".")[0]
    return (
        f"{package}: this Python package is missing; expected all that chestxr requires; install chestxr again, in its "
        "clone by pip install -c constraints.txt . or by pip install with its wheel"
    )
