"""How a film comes in, and how results go out."""

from chestxr.utils.errors import FilmError

from .film_reader import FilmReader, read_film
from .mask_reader import MaskReader, read_mask

__all__ = ["FilmError", "FilmReader", "MaskReader", "read_film", "read_mask"]
