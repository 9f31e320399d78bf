"""Tables of films with their kind, that configs/train_view.json of the screening bundle learns from."""

import csv
from collections.abc import Iterator
from pathlib import Path

import skimage

from chestxr.data import load_split

__all__ = ["LATERAL_FOLDS", "SITES", "films_of", "frontal_films", "lateral_films", "write_table"]

SITES = ("Montgomery and Shenzhen", "TBX11K", "ChestX-ray8")
LATERAL_FOLDS = len(SITES)
# Grey pictures that scikit-image ships: no films at all.
_PICTURES = (
    *("brick", "camera", "cell", "chessboard_GRAY", "clock_motion", "coins", "grass", "gravel", "horse"),
    *("microaneurysms", "moon", "page", "phantom", "text"),
)


def frontal_films(site: str, folders: dict[str, Path], sections: tuple[str, ...]) -> list[Path]:
    """
    Return a site's frontal films of some sections; ChestX-ray8, which has none, is wholly of "training".

    Parameters
    ----------
    site : str
        One of `SITES`.
    folders : dict of str to pathlib.Path
        "cxr", "tbx11k", "others": the collections' folders.
    sections : tuple of str
        "training", "validation"; no test film is ever asked for.
    """
    if site == "Montgomery and Shenzhen":
        split = load_split("default", folders["cxr"])
        return [Path(item["image"]) for section in sections for item in split[section]]
    if site == "TBX11K":
        with (folders["tbx11k"] / "boxes.csv").open() as lines:
            rows = [(row["film"], row["part"]) for row in csv.DictReader(lines)]
        names = dict.fromkeys(film for film, part in rows if part in sections)
        return [folders["tbx11k"] / "films" / Path(name).with_suffix(".png") for name in names]
    return sorted((folders["others"] / "frontal_nih").glob("*.png"))


def lateral_films(folders: dict[str, Path]) -> list[tuple[Path, int]]:
    """Return the lateral films, each with its fold; two films of one published case share theirs."""
    with (folders["others"] / "sources.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["file"].startswith("lateral/")]
    cases = list(dict.fromkeys(row["source"] for row in rows))
    return [(folders["others"] / row["file"], cases.index(row["source"]) % LATERAL_FOLDS) for row in rows]


def films_of(folders: dict[str, Path], held_out: str | None) -> Iterator[tuple[Path, str]]:
    """
    Return each film to learn from with its kind.

    Parameters
    ----------
    folders : dict of str to pathlib.Path
        As for `frontal_films`.
    held_out : str or None
        The site that is left out, with a third of the lateral films and all of other parts of the body; None for what
        the shipped weights learnt from.
    """
    for site in SITES:
        if site != held_out:
            yield from ((film, "frontal") for film in frontal_films(site, folders, ("training",)))
    fold = SITES.index(held_out) if held_out else None
    yield from ((film, "lateral") for film, of_fold in lateral_films(folders) if of_fold != fold)
    if not held_out:
        yield from ((film, "no chest") for film in sorted((folders["others"] / "other_body_part").glob("*.png")))
    yield from ((Path(skimage.__file__).parent / "data" / f"{name}.png", "no chest") for name in _PICTURES)


def write_table(path: Path, films: Iterator[tuple[Path, str]]) -> None:
    """Write a table with the columns image and kind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as lines:
        csv.writer(lines).writerows([("image", "kind"), *((film.absolute(), kind) for film, kind in films)])
