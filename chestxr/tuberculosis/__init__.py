"""Tuberculosis screening by XGBoost on radiomic features of the lungs. Research use only."""

from .classifier import Calibration, TuberculosisClassifier
from .explanation import explain, zone_contributions
from .fit import FitSettings, TrainingFilms, fit_classifier, patient_folds
from .screen import ScreenTuberculosisd
from .site_scaler import SiteScaler
from .tester import TuberculosisTester
from .trainer import ScreeningFilms, TuberculosisTrainer, without_lungs

__all__ = [
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
    "without_lungs",
    "zone_contributions",
]
