"""Failures that every way of screening films reports in the same words."""

from chestxr.utils.errors import FilmError

__all__ = ["process_ended"]


def process_ended(item: dict[str, str], lasting: bool = False) -> FilmError:
    """
    Return the error of a film on which the process that screened it ended.

    Parameters
    ----------
    item : dict
        The film, with its name ``film`` and its path or URI ``image``.
    lasting : bool, optional
        True if the film was tried often enough.
    """
    found = "a film on which the process that screened it ended (killed, or out of memory?)"
    error = FilmError(item["image"], found, "a film that can be screened", "look at its size", lasting)
    error.film = item["film"]
    return error
