"""Where an archive's films are."""

from pathlib import Path, PurePosixPath

from chestxr.data import find_films
from chestxr.data.film_name import FILM_SUFFIXES, suffix_of, unique_names

from .film_file import is_address

__all__ = ["list_source", "still_there"]


def list_source(source: str) -> list[dict]:
    """
    List the films of a folder, of a list, or of an object store.

    Parameters
    ----------
    source : str
        As for :py:func:`chestxr.data.find_films`, or an address that fsspec knows, such as ``s3://bucket/films``.

    Returns
    -------
    list of dict
        Items with ``film`` and ``image``.

    Raises
    ------
    OSError, ValueError
        If there is no such source, no film in it, or two objects that would share a name.
    """
    return _in_store(source) if is_address(source) else find_films(source)


def still_there(image: str) -> bool:
    """Say whether a film that was listed is still to be found."""
    if not is_address(image):
        return Path(image).exists()
    import fsspec

    try:
        store, key = fsspec.core.url_to_fs(image)
        return store.exists(key)
    # Every store has errors of its own.
    except Exception:
        return False


def _in_store(source: str) -> list[dict]:
    import fsspec

    kind = source.partition("://")[0]
    if kind == "memory":
        raise ValueError(f"{source}: lives in one process; expected a store that other processes reach")
    try:
        store, root = fsspec.core.url_to_fs(source)
        keys = sorted(store.find(root))
    except (ImportError, ValueError) as error:
        raise ValueError(f"{source}: no store that can be reached ({error})") from error
    except Exception as error:
        # What a store's own errors say may hold who asks.
        raise OSError(f"{source}: a store that does not answer ({type(error).__name__}); check it") from error
    below = PurePosixPath(store._strip_protocol(root))
    found = {key: path for key in keys if _may_be_film(path := PurePosixPath(key), below)}
    if not found:
        raise FileNotFoundError(f"no films found in {source}; expected DICOM, PNG, JPEG, TIFF or NIfTI files")
    if len(set(found.values())) < len(found):
        raise ValueError(f"{source}: found names of objects that differ in slashes alone; expected others; rename them")
    parent = below if below not in found.values() else below.parent
    names = unique_names([Path(path) for path in found.values()], Path(parent))
    images = [str(store.unstrip_protocol(key)) for key in found]
    return [{"film": name, "image": image} for name, image in zip(names, images, strict=True)]


def _may_be_film(path: PurePosixPath, root: PurePosixPath) -> bool:
    """Go by the name, as in a folder: no hidden files, and none of the masks that lie in ``masks/``."""
    parts = path.relative_to(root).parts
    # A key is any text: one that leads out of the folder of results names no file.
    odd = any(part.startswith(".") for part in parts) or path.name == "DICOMDIR" or parts[:1] == ("masks",)
    return not odd and suffix_of(Path(path)) in FILM_SUFFIXES
