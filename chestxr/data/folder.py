"""
Any folder of films.

Films may be anywhere below the folder, in any format that chestxr reads. Optional masks are in its subfolder
``masks/``, under the film's name, with or without ``_mask``; if films in two folders share a name, in the same folders
below ``masks/``. Site, patient, label, sex, age and reading come from an optional ``collection.csv``; by default the
site is the folder's name, the label is unknown, and each film counts as a patient of its own.
"""

from pathlib import Path

from .collection import Collection, cross_reference
from .collection_table import COLLECTION_TABLE, read_collection_table
from .film import Film
from .film_name import film_name, may_be_film, suffix_of, unique_names

__all__ = ["films_below", "open_folder"]

_HEAD = 512


def open_folder(root: Path) -> Collection:
    """List the films below `root`, with the masks of its folder ``masks/`` and its ``collection.csv``, if any."""
    masks_root = root / "masks"
    images = [path for path in films_below(root) if masks_root not in path.parents]
    names = unique_names(images, root)
    in_folders = any(name != film_name(image) for name, image in zip(names, images, strict=True))
    mask_files = films_below(masks_root)
    masks = {_film_of_mask(path, masks_root if in_folders else path.parent): path for path in mask_files}
    known = read_collection_table(root / COLLECTION_TABLE, set(images))
    films = (
        Film(
            image=image,
            masks=(masks[name],) if name in masks else (),
            name=name,
            **({"site": root.name, "patient": name} | known.get(image, {})),
        )
        for name, image in zip(names, images, strict=True)
    )
    return cross_reference(root, films, mask_files)


def films_below(root: Path) -> list[Path]:
    """
    Return the files below a folder that may be films, sorted.

    Films are recognised by name; files without extension, which are often DICOM, count unless they are plain text.
    """
    named = (path for path in sorted(root.rglob("*")) if path.is_file() and may_be_film(path.relative_to(root)))
    return [path for path in named if suffix_of(path) != "" or not _is_text(path)]


def _is_text(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        # Reading it as a film reports the error.
        return False
    return bool(head) and b"\0" not in head


def _film_of_mask(path: Path, root: Path) -> str:
    """Return the name of the film that a mask below `root` belongs to."""
    return (path.parent.relative_to(root) / film_name(path).removesuffix("_mask")).as_posix()
