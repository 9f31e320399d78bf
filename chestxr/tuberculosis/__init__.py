"""Tuberculosis screening: XGBoost on the lungs' radiomic features. Research use only."""

from .classifier import Calibration, TuberculosisClassifier
from .explanation import explain, zone_contributions
from .fit import FitSettings, TrainingFilms, fit_classifier, patient_folds
from .harmonisation import Harmonisation
from .metrics import score_rows, threshold_at_sensitivity
from .screen import ScreenTuberculosisD, ScreenTuberculosisd, ScreenTuberculosisDict
from .tester import TuberculosisTester
from .trainer import ScreeningFilms, TuberculosisTrainer, without_lungs

__all__ = [
    "Calibration",
    "FitSettings",
    "Harmonisation",
    "ScreenTuberculosisD",
    "ScreenTuberculosisDict",
    "ScreenTuberculosisd",
    "ScreeningFilms",
    "TrainingFilms",
    "TuberculosisClassifier",
    "TuberculosisTester",
    "TuberculosisTrainer",
    "explain",
    "fit_classifier",
    "patient_folds",
    "score_rows",
    "threshold_at_sensitivity",
    "without_lungs",
    "zone_contributions",
]
