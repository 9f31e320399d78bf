"""Results of films that were not screened to the end."""

from collections.abc import Container
from pathlib import Path

from chestxr.io.result_files import RESULT_ENDINGS

__all__ = ["remove_results_of"]


def remove_results_of(films: Container[str], folder: Path) -> None:
    """
    Remove what stands of films, of whatever day: a film's day is known only once it is read.

    Parameters
    ----------
    films : container of str
        Their names.
    folder : pathlib.Path
        Folder of the films' results, ``DAY/FILM_lungs.png`` and others.
    """
    for day in folder.glob("*"):
        for path in day.rglob("*_*"):
            film, _, ending = str(path.relative_to(day)).rpartition("_")
            if film in films and ending in RESULT_ENDINGS and path.is_file():
                path.unlink()
