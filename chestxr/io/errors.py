"""The error that a film gives when it cannot be used."""

from os import PathLike

from .printable import printable

__all__ = ["FilmError", "is_system_error"]


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
        super().__init__(printable(path), found, expected, remedy)
        self.path = printable(path)
        self.lasting = lasting
        self.film = ""
        self.found = found
        self.expected = expected
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the one line that a user reads."""
        return f"{self.path}: found {self.found}; expected {self.expected}; {self.remedy}"


def is_system_error(error: Exception) -> bool:
    """
    Say whether the operating system failed, a disk for instance.

    Libraries raise :py:class:`OSError` over what a file holds too; those have no number.
    """
    return isinstance(error, OSError) and error.errno is not None
