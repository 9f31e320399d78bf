"""What MONAI's and Ignite's handlers lack: exact resumption, per-film tables, pictures of the worst films."""

from .best_checkpoint import BestCheckpoint
from .epoch_seed import EpochSeed
from .film_table import FilmTable
from .last_checkpoint import LastCheckpoint
from .patience import Patience
from .table_files import TableFiles
from .table_scalars import TableScalars
from .worst_films import WorstFilms

__all__ = [
    "BestCheckpoint",
    "EpochSeed",
    "FilmTable",
    "LastCheckpoint",
    "Patience",
    "TableFiles",
    "TableScalars",
    "WorstFilms",
]
