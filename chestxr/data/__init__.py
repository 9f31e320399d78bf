"""Film collections, splits and data loading."""

import lazy_loader

from chestxr.utils.deprecated import old_names

from .find_films import find_films
from .find_masks import find_masks
from .open_collection import open_collection
from .require_films import require_films

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__getattr__ = old_names(
    __name__,
    {"Catalogue": "chestxr.data:Collection", "open_catalogue": "chestxr.data:open_collection"},
    __getattr__,
)
