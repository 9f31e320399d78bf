"""Convert an unexpected error during screening to a FilmError."""

from pathlib import Path
from traceback import extract_tb

from torch import OutOfMemoryError

from chestxr.utils.errors import FilmError, out_of_memory, root_cause

__all__ = ["unforeseen"]


def unforeseen(error: BaseException, image: str) -> FilmError:
    """
    Return an error that names the source line, not the original message, which may contain patient data.

    Parameters
    ----------
    error : BaseException
        The error as caught.
    image : str
        The film.

    Returns
    -------
    FilmError
        A transient error: a retry may succeed.
    """
    cause = root_cause(error)
    if isinstance(cause, (MemoryError, OutOfMemoryError)):
        return out_of_memory(image, "screen")
    found = f"an unexpected error{_place(cause)} during screening"
    return FilmError(image, found, "a film that can be screened", "please report it", lasting=False)


def _place(cause: BaseException) -> str:
    """Return the file name and line number that raised an error, for the bug report."""
    frames = extract_tb(cause.__traceback__)
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
