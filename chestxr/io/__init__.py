"""How a film comes in, and how results go out."""

from .algorithm import Algorithm
from .errors import FilmError
from .film_reader import FilmReader, read_film
from .hashing import sha256
from .mask_reader import MaskReader, read_mask
from .printable import printable
from .whole_file import remove_leftovers, whole_file, write_text

__all__ = [
    "Algorithm",
    "FilmError",
    "FilmReader",
    "MaskReader",
    "printable",
    "read_film",
    "read_mask",
    "remove_leftovers",
    "sha256",
    "whole_file",
    "write_text",
]
