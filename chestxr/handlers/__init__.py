"""What MONAI's and Ignite's handlers lack: exact resumption, per-film tables, pictures of the worst films."""

from .best_checkpoint import BestCheckpoint
from .epoch_seed import EpochSeed
from .film_results import FilmResults
from .film_table import FilmTable
from .last_checkpoint import LastCheckpoint
from .overlay_pictures import OverlayPictures
from .patience import Patience
from .table_files import TableFiles
from .table_scalars import TableScalars
from .worst_films import WorstFilms

__all__ = [
    "BestCheckpoint",
    "EpochSeed",
    "FilmResults",
    "FilmTable",
    "LastCheckpoint",
    "OverlayPictures",
    "Patience",
    "TableFiles",
    "TableScalars",
    "WorstFilms",
]
