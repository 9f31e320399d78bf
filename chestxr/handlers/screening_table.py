"""Write the table of screening results."""

from pathlib import Path

import pandas as pd

from chestxr.utils.atomic import atomic_write
from chestxr.utils.csv import write_csv

__all__ = ["write_screening_table"]


def write_screening_table(table: pd.DataFrame, folder: Path) -> None:
    """Write ``screening.csv`` and ``screening.parquet`` atomically."""
    write_csv(folder / "screening.csv", table, "%.6g")
    with atomic_write(folder / "screening.parquet") as partial:
        table.to_parquet(partial, index=False)
