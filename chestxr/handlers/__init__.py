"""What MONAI's and Ignite's handlers lack: exact resumption, per-film tables and pictures."""

from .best_checkpoint import BestCheckpoint
from .epoch_seed import EpochSeed
from .epoch_validation import EpochValidation
from .film_results import FilmResults
from .film_table import FilmTable
from .last_checkpoint import LastCheckpoint
from .overlay_pictures import OverlayPictures
from .patience import Patience
from .screening_results import ScreeningResults
from .table_files import TableFiles
from .table_scalars import TableScalars
from .training_loss import TrainingLoss
from .training_page import TrainingPage
from .validation_loss import ValidationLoss
from .worst_films import WorstFilms
from .zone_maps import ZoneMaps

__all__ = [
    "BestCheckpoint",
    "EpochSeed",
    "EpochValidation",
    "FilmResults",
    "FilmTable",
    "LastCheckpoint",
    "OverlayPictures",
    "Patience",
    "ScreeningResults",
    "TableFiles",
    "TableScalars",
    "TrainingLoss",
    "TrainingPage",
    "ValidationLoss",
    "WorstFilms",
    "ZoneMaps",
]
