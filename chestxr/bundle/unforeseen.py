"""What is said of a film over which a library, or this program, failed in a way that nobody foresaw."""

from pathlib import Path
from traceback import extract_tb

from torch import OutOfMemoryError

from chestxr.utils.errors import FilmError, out_of_memory, root_cause

__all__ = ["unforeseen"]


def unforeseen(error: BaseException, image: str) -> FilmError:
    """
    Tell an error by the place in the program that raised it: its text may hold what a header says of the patient.

    Parameters
    ----------
    error : BaseException
        As it was caught.
    image : str
        The film.

    Returns
    -------
    FilmError
        One that another try may not give.
    """
    cause = root_cause(error)
    if isinstance(cause, (MemoryError, OutOfMemoryError)):
        return out_of_memory(image, "screen")
    found = f"a fault of the program{_place(cause)} while it was screened"
    return FilmError(image, found, "a film that can be screened", "please report it", lasting=False)


def _place(cause: BaseException) -> str:
    """Name the line of source code that whoever gets the report looks for."""
    frames = extract_tb(cause.__traceback__)
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
