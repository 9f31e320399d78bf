"""
Chest radiographs in MONAI: lung segmentation, radiomics and tuberculosis screening. Research use only.

Terms, as this project uses them:

- *film*: one frontal chest radiograph in one file.
- *lungs*: a label map of a film, 0 background, 1 the patient's right lung, 2 the left lung.
- *bundle*: a MONAI bundle, which holds a pipeline in JSON, its weights and its model card.
- *collection*: films with their masks and what is known about them.
- *site*: a hospital or programme whose films come from the same detectors and processing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chestxr.bundle import bundle_folder
    from chestxr.bundle.open import OpenBundle
    from chestxr.data import find_films
    from chestxr.io import read_film, read_mask
    from chestxr.utils.errors import FilmError

__version__ = "0.1.0"
__all__ = ["FilmError", "OpenBundle", "bundle_folder", "find_films", "read_film", "read_mask"]

# Imported on first use: PyTorch and MONAI take seconds.
_MODULES = {
    "FilmError": "chestxr.utils.errors",
    "OpenBundle": "chestxr.bundle.open",
    "bundle_folder": "chestxr.bundle",
    "find_films": "chestxr.data",
    "read_film": "chestxr.io",
    "read_mask": "chestxr.io",
}


def __getattr__(name: str) -> object:
    """Import a public name on first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
