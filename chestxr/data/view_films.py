"""Films labelled by view, to train and test the view classifier."""

from functools import cached_property
from os import PathLike
from pathlib import Path

from .on_demand import OnDemand
from .user_table import read_user_table

__all__ = ["KINDS", "ViewFilms"]

KINDS = ("frontal", "lateral", "no chest")


class ViewFilms(OnDemand):
    """
    Films of a table, read on first use.

    Its items are dictionaries with ``image``, the file's path, and ``kind``.

    Parameters
    ----------
    table : str or os.PathLike
        CSV file with a column ``image``, paths relative to the table's folder, and a column ``kind``: "frontal"
        (upright), "lateral" or "no chest". ``tools/experiments/view_films.py`` writes one.

    Raises
    ------
    ValueError
        On first use: if a kind is none of these, or the table has no films.
    """

    def __init__(self, table: str | PathLike) -> None:
        self.table = Path(table)

    @cached_property
    def _items(self) -> list[dict[str, str]]:
        items = []
        for line, row in read_user_table(self.table, "image", "kind"):
            if row["kind"] not in KINDS:
                raise ValueError(f"{line}: found kind {row['kind']!r}; expected one of {', '.join(KINDS)}")
            items.append({"image": str(self.table.parent / row["image"]), "kind": row["kind"]})
        if not items:
            raise ValueError(f"{self.table}: no films; expected a row for each")
        return items

    def weights(self, share: dict[str, float]) -> list[float]:
        """
        Return sampling weights for the films that draw each kind with a given frequency.

        Parameters
        ----------
        share : dict of str to float
            Share of each kind among the drawn films.
        """
        kinds = [item["kind"] for item in self._items]
        return [share[kind] / kinds.count(kind) for kind in kinds]
