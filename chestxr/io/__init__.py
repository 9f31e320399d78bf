"""How a film comes in, and how results go out."""

from .errors import FilmError
from .film_reader import FilmReader
from .hashing import sha256
from .mask_reader import MaskReader
from .whole_file import whole_file, write_text

__all__ = ["FilmError", "FilmReader", "MaskReader", "sha256", "whole_file", "write_text"]
