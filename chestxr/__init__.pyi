from .bundle import bundle_folder
from .bundle.open import OpenBundle
from .data import find_films
from .io import read_film, read_mask
from .utils.errors import FilmError

__version__: str
__all__ = ["FilmError", "OpenBundle", "bundle_folder", "find_films", "read_film", "read_mask"]
