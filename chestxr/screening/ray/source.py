"""Sources of films for an archive run: folders, lists and object stores."""

import os
from collections.abc import Sequence
from os.path import commonpath
from pathlib import Path, PurePosixPath

from chestxr.data import find_films
from chestxr.data.film_list import is_film_list, read_film_list
from chestxr.data.film_name import film_name, may_be_film, unique_names
from chestxr.io.file_format import FORMATS

from .uri import check_uri, is_uri

__all__ = ["list_source", "still_there"]


def list_source(source: str) -> list[dict]:
    """
    List the films of a folder, a list, or an object store.

    Parameters
    ----------
    source : str
        As for :py:func:`chestxr.data.find_films`, or a URI that fsspec supports, such as ``s3://bucket/films``, or a
        file that lists URIs of films.

    Returns
    -------
    list of dict
        Items with ``film`` and ``image``.

    Raises
    ------
    OSError, ValueError
        If the source does not exist, cannot be read, or contains no films.
    """
    if is_uri(source):
        return _in_store(source)
    listed = read_film_list(Path(source)) if os.path.isfile(source) and is_film_list(Path(source)) else []
    return _at_addresses(listed, source) if any(map(is_uri, listed)) else find_films(source)


def still_there(image: str) -> bool:
    """Return whether a listed film still exists; False if its store is unavailable."""
    if not is_uri(image):
        return os.path.exists(image)
    import fsspec

    try:
        # A new instance, since a cached one would answer from its listing.
        store, key = fsspec.core.url_to_fs(image, skip_instance_cache=True)
        return store.exists(key)
    # Each store raises its own errors.
    except Exception:
        return False


def _in_store(source: str) -> list[dict]:
    import fsspec

    check_uri(source)
    try:
        store, root = fsspec.core.url_to_fs(source)
        keys = sorted(store.find(root))
    except (ImportError, ValueError) as error:
        raise ValueError(f"{source}: no store that can be reached ({error})") from error
    except Exception as error:
        # The message of the store's error may contain credentials.
        raise OSError(
            f"{source}: a store that does not answer; check its address, that it runs, and your rights to it"
        ) from error
    below = str(store._strip_protocol(root)).rstrip("/")
    if keys == [below]:
        return [{"film": film_name(Path(below)), "image": source}]
    found = [key.removeprefix(below).removeprefix("/") for key in keys]
    # Masks are in the folder masks/, as in a collection.
    found = [key for key in found if may_be_film(path := PurePosixPath(key)) and path.parts[:1] != ("masks",)]
    if not found:
        raise FileNotFoundError(f"no films found in {source}; expected {FORMATS} files")
    # Joined to the source URI, since keys of a store lack the server's name.
    images = [f"{source.rstrip('/')}/{key}" for key in found]
    return _named(images, [Path("/", key) for key in found], source)


def _at_addresses(images: Sequence[str], source: str) -> list[dict]:
    """Return items for a list of URIs."""
    if not all(map(is_uri, images)):
        raise ValueError(f"{source}: found addresses and paths; expected either; make two lists")
    images = list(dict.fromkeys(images))
    for image in images:
        check_uri(image)
    return _named(images, [Path(image.replace("://", "/", 1)) for image in images], source)


def _named(images: Sequence[str], paths: Sequence[Path], source: str) -> list[dict]:
    if len(set(paths)) < len(paths):
        raise ValueError(f"{source}: found names of objects that differ in slashes alone; expected others; rename them")
    names = unique_names(paths, Path(commonpath([path.parent for path in paths])))
    return [{"film": name, "image": image} for name, image in zip(names, images, strict=True)]
