"""
Write the table of films on which configs/train_view.json of the screening bundle is trained.

    python -m tools.experiments.view_films ../shared/data --out view_films.csv
    python -m tools.experiments.view_films ../shared/data --out without.csv --held_out TBX11K

The folder contains the collections cxr, tbx11k and others. ``--held_out`` leaves out a site's frontal films, a third of
the lateral films and all films of other body parts, for evaluation. No test film is in any table.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import skimage

from chestxr.data import load_split
from chestxr.data.user_table import read_user_table
from chestxr.utils.csv import write_csv

__all__ = ["SITES", "films_of", "frontal_films", "lateral_films"]

SITES = ("Montgomery and Shenzhen", "TBX11K", "ChestX-ray8")
# Grey images shipped with scikit-image: not radiographs.
_PICTURES = (
    *("brick", "camera", "cell", "chessboard_GRAY", "clock_motion", "coins", "grass", "gravel", "horse"),
    *("microaneurysms", "moon", "page", "phantom", "text"),
)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the collections")
    parser.add_argument("--out", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--held_out", choices=SITES, help="site to leave out")
    arguments = parser.parse_args()
    films = pd.DataFrame(films_of(arguments.data.absolute(), arguments.held_out), columns=["image", "kind"])
    write_csv(arguments.out, films.astype(str))
    print(films["kind"].value_counts().to_string())


def frontal_films(site: str, data: Path, sections: tuple[str, ...]) -> list[Path]:
    """
    Return a site's frontal films of some sections; ChestX-ray8 has no sections and counts as "training".

    Parameters
    ----------
    site : str
        One of `SITES`.
    data : pathlib.Path
        Folder of the collections.
    sections : tuple of str
        "training", "validation"; test films are never requested.
    """
    if site == "Montgomery and Shenzhen":
        split = load_split("default", data / "cxr")
        return [Path(item["image"]) for section in sections for item in split[section]]
    if site == "TBX11K":
        rows = [row for _, row in read_user_table(data / "tbx11k" / "boxes.csv", "film", "part")]
        names = dict.fromkeys(row["film"] for row in rows if row["part"] in sections)
        return [data / "tbx11k" / "films" / name for name in names]
    return sorted((data / "others" / "frontal_nih").glob("*.png"))


def lateral_films(data: Path) -> list[tuple[Path, int]]:
    """Return the lateral films with their folds, one fold per site; films of one published case share a fold."""
    table = data / "others" / "sources.csv"
    rows = [row for _, row in read_user_table(table, "file", "source") if row["file"].startswith("lateral/")]
    cases = list(dict.fromkeys(row["source"] for row in rows))
    return [(data / "others" / row["file"], cases.index(row["source"]) % len(SITES)) for row in rows]


def films_of(data: Path, held_out: str | None) -> Iterator[tuple[Path, str]]:
    """
    Yield each training film with its kind.

    Parameters
    ----------
    data : pathlib.Path
        Folder of the collections.
    held_out : str or None
        The site to leave out, with a third of the lateral films and all of other body parts; None for the training
        films of the shipped weights.
    """
    for site in SITES:
        if site != held_out:
            yield from ((film, "frontal") for film in frontal_films(site, data, ("training",)))
    fold = SITES.index(held_out) if held_out else None
    yield from ((film, "lateral") for film, of_fold in lateral_films(data) if of_fold != fold)
    if not held_out:
        yield from ((film, "no chest") for film in sorted((data / "others" / "other_body_part").glob("*.png")))
    yield from ((Path(skimage.__file__).parent / "data" / f"{name}.png", "no chest") for name in _PICTURES)


if __name__ == "__main__":
    main()
