import chestxr.utils.errors

from .film_reader import FilmReader, read_film
from .mask_reader import MaskReader, read_mask

FilmError = chestxr.utils.errors.FilmError

__all__ = ["FilmError", "FilmReader", "MaskReader", "read_film", "read_mask"]
