"""Tuberculosis screening by XGBoost on lesions and radiomic features of the lungs. Research use only."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
