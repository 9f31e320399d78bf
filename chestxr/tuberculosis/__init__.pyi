from .calibration import Calibration
from .classifier import TuberculosisClassifier
from .explanation import explain, zone_contributions
from .fit import FitSettings, TrainingFilms, fit_classifier, patient_folds
from .lesion_feature import LESION_FEATURE, settings_hash
from .screen import ScreenTuberculosisd
from .site_scaler import SiteScaler
from .tester import TuberculosisTester
from .trainer import ScreeningFilms, TuberculosisTrainer, without_lungs

__all__ = [
    "LESION_FEATURE",
    "Calibration",
    "FitSettings",
    "ScreenTuberculosisd",
    "ScreeningFilms",
    "SiteScaler",
    "TrainingFilms",
    "TuberculosisClassifier",
    "TuberculosisTester",
    "TuberculosisTrainer",
    "explain",
    "fit_classifier",
    "patient_folds",
    "settings_hash",
    "without_lungs",
    "zone_contributions",
]
