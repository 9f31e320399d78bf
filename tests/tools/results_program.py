"""The programs of tools/results, which are no package."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

REPOSITORY = Path(__file__).parents[2]


def results_program(name: str) -> ModuleType:
    """Import one of them; they find each other beside them."""
    folder = str(REPOSITORY / "tools" / "results")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(name)
