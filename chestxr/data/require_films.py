"""Whether there are films for what is about to be run."""

from collections.abc import Sized

__all__ = ["require_films"]


def require_films(films: Sized, section: str, processes: int = 1) -> None:
    """
    End the program with status 1 unless every process has a film; return if it has.

    Parameters
    ----------
    films : sized
        The films, or the data set that they are in.
    section : str
        What they are for: "training", "validation", "test".
    processes : int, optional
        Number of processes that share the films out among themselves.

    Raises
    ------
    SystemExit
        If there are fewer films than processes.
    """
    if len(films) >= processes:
        return
    found = f"found {len(films)} {section} film{'' if len(films) == 1 else 's'} with a mask"
    if processes == 1:
        raise SystemExit(f"{found}; expected 1 or more; give a split that has some: chestxr data split")
    raise SystemExit(
        f"{found}; expected at least {processes}, one for each process; "
        "give a split with more of them, or start fewer processes"
    )
