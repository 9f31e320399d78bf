"""Errors that all ways of screening report in the same words."""

from chestxr.utils.errors import FilmError

__all__ = ["process_ended"]


def process_ended(item: dict[str, str], lasting: bool = False) -> FilmError:
    """
    Return the error of a film that crashed its worker process.

    Parameters
    ----------
    item : dict
        The film, with its name ``film`` and its path or URI ``image``.
    lasting : bool, optional
        Whether the failure is permanent.
    """
    found = "a film on which the process that screened it ended (killed, or out of memory?)"
    error = FilmError(item["image"], found, "a film that can be screened", "look at its size", lasting)
    error.film = item["film"]
    return error
