from .collection import Collection
from .film import Film
from .film_loader import FilmLoader
from .find_films import find_films
from .find_masks import find_masks
from .on_demand import Films, Split
from .open_collection import open_collection
from .require_films import require_films
from .splits import load_split, make_fold, make_site_transfer, shipped_splits
from .view_films import ViewFilms

__all__ = [
    "Collection",
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
    "open_collection",
    "require_films",
    "shipped_splits",
]
