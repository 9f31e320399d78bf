from .best_checkpoint import BestCheckpoint
from .early_stopping import ResumableEarlyStopping
from .epoch_seed import EpochSeed
from .epoch_validation import EpochValidation
from .evaluation_writer import EvaluationWriter
from .last_checkpoint import LastCheckpoint
from .lesion_detection import FirstMarkInBox, LesionFroc
from .lesion_evaluation import LesionEvaluation
from .lesion_pictures import LesionPictures
from .lesion_table import LesionTable
from .lung_roughness import LungRoughness
from .metric_scalars import MetricScalars
from .overlay_pictures import OverlayPictures
from .per_image_metrics import PerImageMetrics
from .screening_results import ScreeningResults
from .segmentation_table import SegmentationTable
from .tensorboard_metrics import TensorBoardMetrics
from .training_loss import TrainingLoss
from .training_page import TrainingPage
from .validation_loss import ValidationLoss
from .weight_average import WeightAverage
from .worst_films import WorstFilms
from .worst_lesion_films import WorstLesionFilms
from .zone_maps import ZoneMaps

__all__ = [
    "BestCheckpoint",
    "EpochSeed",
    "EpochValidation",
    "EvaluationWriter",
    "FirstMarkInBox",
    "LastCheckpoint",
    "LesionEvaluation",
    "LesionFroc",
    "LesionPictures",
    "LesionTable",
    "LungRoughness",
    "MetricScalars",
    "OverlayPictures",
    "PerImageMetrics",
    "ResumableEarlyStopping",
    "ScreeningResults",
    "SegmentationTable",
    "TensorBoardMetrics",
    "TrainingLoss",
    "TrainingPage",
    "ValidationLoss",
    "WeightAverage",
    "WorstFilms",
    "WorstLesionFilms",
    "ZoneMaps",
]
