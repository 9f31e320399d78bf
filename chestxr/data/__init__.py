"""Which films exist, and how they reach a network."""

from .catalogue import Catalogue
from .film import Film
from .film_loader import FilmLoader
from .find_films import find_films
from .find_masks import find_masks
from .on_demand import Films, Split
from .open_catalogue import open_catalogue
from .require_films import require_films
from .splits import load_split, make_fold, make_site_transfer, shipped_splits
from .view_films import ViewFilms

__all__ = [
    "Catalogue",
    "Film",
    "FilmLoader",
    "Films",
    "Split",
    "ViewFilms",
    "find_films",
    "find_masks",
    "load_split",
    "make_fold",
    "make_site_transfer",
    "open_catalogue",
    "require_films",
    "shipped_splits",
]
