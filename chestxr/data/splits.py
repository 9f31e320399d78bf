"""Training, validation and test splits by patient, stratified by site and label."""

import csv
import json
import warnings
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path

import numpy as np

from .collection import Collection
from .datalist import datalist_item
from .film import Film
from .film_name import film_name
from .open_collection import open_collection

__all__ = ["SECTIONS", "film_names", "load_split", "make_fold", "make_site_transfer", "shipped_splits", "split_text"]

SECTIONS = ("training", "validation", "test")
_PARTS = 10


def make_fold(films: Sequence[Film], fold: int, seed: int = 0) -> dict[str, list[Film]]:
    """
    Split films 70 : 10 : 20 into training, validation and test, as one of five folds.

    The films are divided into ten parts by patient, stratified by site, label and presence of a mask. Fold k tests on
    parts 2k and 2k + 1 and validates on the next part. The shipped split ``default`` is fold 0 of Montgomery and
    Shenzhen.

    Parameters
    ----------
    films : sequence of Film
        The films.
    fold : int
        0 to 4. The five folds test on every film once.
    seed : int, optional
        Random seed.

    Returns
    -------
    dict of str to list of Film
        "training", "validation" and "test".

    Raises
    ------
    ValueError
        If the fold does not exist, or there are too few films.
    """
    if fold not in range(_PARTS // 2):
        raise ValueError(f"fold {fold}: expected 0 to {_PARTS // 2 - 1}")
    ordered, part = _partition(films, seed)
    test, validation = (2 * fold, 2 * fold + 1), (2 * fold + 2) % _PARTS
    section = ["test" if p in test else "validation" if p == validation else "training" for p in part]
    return _filled({name: [film for film, s in zip(ordered, section, strict=True) if s == name] for name in SECTIONS})


def make_site_transfer(films: Sequence[Film], source: str, target: str, seed: int = 0) -> dict[str, list[Film]]:
    """
    Split films by site: train and validate on one, test on all films of another.

    Parameters
    ----------
    films : sequence of Film
        The films of both sites.
    source, target : str
        Site to train on, site to test on.
    seed : int, optional
        Random seed for the tenth of the source's films used for validation.

    Returns
    -------
    dict of str to list of Film
        "training", "validation" and "test".

    Raises
    ------
    ValueError
        If source and target are not two sites of the films, have a patient in common, or have too few films.
    """
    patients = {site: {film.patient for film in films if film.site == site} for site in {film.site for film in films}}
    if source == target or not {source, target} <= patients.keys():
        known = ", ".join(sorted(patients))
        raise ValueError(f"from site {source!r} to site {target!r}: expected two different ones of {known}")
    if patients[source] & patients[target]:
        raise ValueError(f"sites {source} and {target} share patients; expected each patient at one of them")
    ordered, part = _partition(films, seed)
    at_source = [(film, p) for film, p in zip(ordered, part, strict=True) if film.site == source]
    return _filled(
        {
            "training": [film for film, p in at_source if p != 0],
            "validation": [film for film, p in at_source if p == 0],
            "test": [film for film in ordered if film.site == target],
        }
    )


def _partition(films: Sequence[Film], seed: int) -> tuple[list[Film], np.ndarray]:
    """Divide films, ordered by name, into ten parts."""
    from sklearn.model_selection import StratifiedGroupKFold

    ordered = sorted(films, key=lambda film: film.name)
    if len({film.patient for film in ordered}) < _PARTS:
        raise ValueError(f"{len(ordered)} films: expected at least {_PARTS} patients to split by patient")
    # Their spelling breaks ties: spelt differently, they give other splits than the shipped ones.
    strata = [f"{film.site}/{film.tuberculosis}/{bool(film.masks)}" for film in ordered]
    if max(Counter(strata).values()) < _PARTS:
        strata = ["too few of any kind to share out"] * len(ordered)
    part = np.empty(len(ordered), dtype=int)
    splitter = StratifiedGroupKFold(_PARTS, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        for number, (_, members) in enumerate(splitter.split(ordered, strata, [film.patient for film in ordered])):
            part[members] = number
    return ordered, part


def _filled(sections: dict[str, list[Film]]) -> dict[str, list[Film]]:
    """Return the sections; raise if one is empty."""
    empty = [name for name, films in sections.items() if not films]
    if empty:
        raise ValueError(
            f"no films for {' and '.join(empty)}; expected more patients, or more evenly distributed films"
        )
    return sections


def split_text(sections: dict[str, list[Film]], description: str, root: Path) -> str:
    """Return a split as a MONAI datalist in JSON, one film per line, with paths relative to `root`."""
    blocks = [f' "description": {json.dumps(description)}']
    for name, films in sections.items():
        lines = ",\n".join("  " + json.dumps(datalist_item(film, root)) for film in films)
        blocks.append(f' "{name}": [\n{lines}\n ]')
    return "{\n" + ",\n".join(blocks) + "\n}\n"


@cache
def _shipped() -> dict[str, dict[str, list[str]]]:
    """Return the film names of each shipped split by section."""
    table = files(__package__).joinpath("splits.csv").read_text()
    rows = list(csv.DictReader(table.splitlines()))
    splits = [name for name in rows[0] if name != "film"]
    found = {
        split: {section: [row["film"] for row in rows if row[split] == section] for section in SECTIONS}
        for split in splits
    }
    return {"default": found["fold-0"]} | found


def shipped_splits() -> list[str]:
    """Return the names of the splits that come with chestxr."""
    return sorted(_shipped())


def load_split(split: str | PathLike, dataset_dir: str | PathLike, masked: bool = False) -> dict[str, list[dict]]:
    """
    Load a split of a collection.

    Films are found by name, so a split works with every layout of the collection.

    Parameters
    ----------
    split : str or os.PathLike
        Name of a shipped split (``default``, ``fold-0`` ...), or path of a datalist.
    dataset_dir : str or os.PathLike
        The collection's folder.
    masked : bool, optional
        Exclude films without a mask.

    Returns
    -------
    dict of str to list of dict
        "training", "validation" and "test": items as returned by :py:func:`datalist_item`.

    Raises
    ------
    FileNotFoundError
        If the split or folder does not exist, or a film of the split is not in the folder.
    ValueError
        If the file is not a datalist of films.
    """
    names = film_names(split)
    collection = open_collection(dataset_dir)
    films = {film.name: film for film in collection.films}
    _check_complete(names, films, split, collection)
    return {
        section: [datalist_item(films[name]) for name in names[section] if films[name].masks or not masked]
        for section in SECTIONS
    }


def film_names(split: str | PathLike) -> dict[str, list[str]]:
    """
    Return the film names of a split by section.

    Parameters
    ----------
    split : str or os.PathLike
        Name of a shipped split, or path of a datalist.

    Raises
    ------
    FileNotFoundError, ValueError
        See :py:func:`load_split`.
    """
    if split in _shipped():
        return _shipped()[split]
    source = Path(split)
    if not source.is_file():
        known = ", ".join(shipped_splits())
        raise FileNotFoundError(f"{split}: no such split; expected a datalist file or one of {known}")
    try:
        datalist = json.loads(source.read_text(encoding="utf-8-sig"))
        names = {section: [_name(item) for item in datalist.get(section, [])] for section in SECTIONS}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{split}: found no MONAI datalist of films; make one: chestxr data split") from error
    if not any(names.values()):
        raise ValueError(f"{split}: found no films under {', '.join(SECTIONS)}; make a datalist: chestxr data split")
    return names


def _name(item: dict) -> str:
    """Return a film's name; datalists of other tools contain only the file name."""
    return item["film"] if "film" in item else film_name(Path(item["image"]))


def _check_complete(names: dict[str, list[str]], films: dict, split: str | PathLike, collection: Collection) -> None:
    missing = [name for section in SECTIONS for name in names[section] if name not in films]
    if missing:
        some = ", ".join(missing[:3]) + (", ..." if len(missing) > 3 else "")
        raise FileNotFoundError(
            f"{collection.root}: {len(missing)} films of split {split} are missing ({some}); "
            "give the collection's folder, or make your own split: chestxr data split"
        )
