"""
Any folder of films.

Films lie anywhere below the folder, in any format that chestxr reads. Masks, where there are any, lie in a folder
``masks/`` beside or above the films, under the film's name or the film's name and ``_mask``. Site is the folder's
name; labels are unknown, and each film counts as a patient of its own.
"""

from pathlib import Path

from .catalogue import Catalogue
from .film import Film
from .film_name import FILM_SUFFIXES, film_name, suffix_of

__all__ = ["films_below", "open_folder"]


def open_folder(root: Path) -> Catalogue:
    """List the films below `root`, with the masks of its folder ``masks/`` if there is one."""
    masks_root = root / "masks"
    masks = {film_name(path).removesuffix("_mask"): path for path in films_below(masks_root)}
    films = tuple(
        Film(
            image=image,
            masks=(masks.pop(film_name(image)),) if film_name(image) in masks else (),
            site=root.name,
            patient=film_name(image),
        )
        for image in films_below(root)
        if masks_root not in image.parents
    )
    return Catalogue(root, films, tuple(sorted(masks.values())))


def films_below(root: Path) -> list[Path]:
    """Return the files below a folder whose ending is a film's, sorted; names that begin with a dot are left out."""
    paths = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return [path for path in paths if suffix_of(path) in FILM_SUFFIXES and path.name != "DICOMDIR"]
