"""Tuberculosis screening: XGBoost on the lungs' radiomic features. Research use only."""

from .classifier import Calibration, TuberculosisClassifier
from .explanation import explain, zone_contributions
from .harmonisation import Harmonisation
from .metrics import score_rows, threshold_at_sensitivity

__all__ = [
    "Calibration",
    "Harmonisation",
    "TuberculosisClassifier",
    "explain",
    "score_rows",
    "threshold_at_sensitivity",
    "zone_contributions",
]
