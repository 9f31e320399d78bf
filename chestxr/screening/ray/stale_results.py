"""Removal of partial results."""

from collections.abc import Container
from pathlib import Path

from chestxr.io.result_files import RESULT_ENDINGS

__all__ = ["remove_results_of"]


def remove_results_of(films: Container[str], folder: Path) -> None:
    """
    Remove the results of films in the folders of all days: the day of a film is known only after reading it.

    Parameters
    ----------
    films : container of str
        Names of the films.
    folder : pathlib.Path
        Folder of the results of films, ``DAY/FILM_lungs.png`` and others.
    """
    for day in folder.glob("*"):
        for path in day.rglob("*_*"):
            film, _, ending = str(path.relative_to(day)).rpartition("_")
            if film in films and ending in RESULT_ENDINGS and path.is_file():
                path.unlink()
