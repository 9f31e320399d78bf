"""Check that there are enough films for a run."""

from collections.abc import Sized

__all__ = ["require_films"]


def require_films(films: Sized, section: str, processes: int = 1) -> None:
    """
    Exit with status 1 unless there is at least one film per process.

    Parameters
    ----------
    films : sized
        The films, or their dataset.
    section : str
        Section of the split: "training", "validation", "test".
    processes : int, optional
        Number of processes that share the films.

    Raises
    ------
    SystemExit
        If there are fewer films than processes.
    """
    if len(films) >= processes:
        return
    found = f"found {len(films)} {section} film{'' if len(films) == 1 else 's'} with a mask"
    if processes == 1:
        raise SystemExit(f"{found}; expected 1 or more; give a split with such films: chestxr data split")
    raise SystemExit(
        f"{found}; expected at least {processes}, one for each process; "
        "give a split with more films, or start fewer processes"
    )
