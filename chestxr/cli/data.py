"""``chestxr data``: film collections."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from chestxr.bundle import bundle_folder

from .options import TrustBundle, console, or_exit, progress_console

__all__ = ["app"]

app = typer.Typer(help="Film collections: check, split, show.", no_args_is_help=True)

Collection = Annotated[Path, typer.Argument(help="Folder of the collection.", show_default=False)]


@app.command("check")
def check(directory: Collection) -> None:
    """
    Read all films and masks, and report problems.

    Exit status: 0 no problems, 1 problems found, 2 the collection cannot be opened. Problems are unreadable files,
    masks without a film or of another size, and duplicate films. Films without a mask are only counted.

    Example: chestxr data check ~/films/montgomery
    """
    from chestxr.data import open_collection
    from chestxr.data.check import check_collection
    from chestxr.visualize.check_table import check_table

    collection = or_exit(open_collection, directory)
    steps = check_collection(collection)
    *_, report = track(steps, "reading films", total=len(collection.films), console=progress_console)
    console.print(check_table(report), soft_wrap=True)
    raise typer.Exit(1 if report.problems else 0)


@app.command("split")
def split(
    directory: Collection,
    out: Annotated[Path, typer.Option(help="Datalist to write (JSON).", show_default=False)],
    fold: Annotated[int, typer.Option(help="Test fold, 0 to 4, of five.")] = 0,
    train_on: Annotated[str, typer.Option(help="Train on this site only; needs --test-on.")] = "",
    test_on: Annotated[str, typer.Option(help="Test on all films of this site; needs --train-on.")] = "",
    seed: Annotated[int, typer.Option(help="Random seed of the split.")] = 0,
) -> None:
    """
    Split films into training, validation and test by patient, stratified by site and label.

    The result is a MONAI datalist, for the bundles' --split FILE. Splits that come with chestxr: default (the same as
    fold-0), fold-0 to fold-4, montgomery-to-shenzhen, shenzhen-to-montgomery.

    For your own films, patients, sites and labels are read from collection.csv in the folder, with columns image,
    patient, site, tuberculosis. A film without a patient counts as a patient of its own.

    Example: chestxr data split ~/films/ours --out ours.json
    """
    from chestxr.data import make_fold, make_site_transfer, open_collection
    from chestxr.data.splits import split_text
    from chestxr.utils.atomic import write_text

    collection = or_exit(open_collection, directory)
    if train_on or test_on:
        sections = or_exit(make_site_transfer, collection.films, train_on, test_on, seed)
        description = f"trained and validated on {train_on}, tested on {test_on}; by patient; seed {seed}"
    else:
        sections = or_exit(make_fold, collection.films, fold, seed)
        description = f"fold {fold} of 5, by patient, alike in site, label and masks; seed {seed}"
    or_exit(write_text, out, split_text(sections, description, collection.root))
    for name, films in sections.items():
        console.print(f"{name}: {len(films)} films of {len({film.patient for film in films})} patients")
    console.print(f"written to {out}", soft_wrap=True)


@app.command("show")
def show(
    directory: Collection,
    out: Annotated[Path, typer.Option(help="Image to write (PNG).", show_default=False)],
    films: Annotated[int, typer.Option(min=1, help="Films per row; with --augment, number of rows.")] = 6,
    augment: Annotated[bool, typer.Option("--augment", help="Show what each training augmentation does.")] = False,
    bundle: Annotated[
        str, typer.Option(help="Bundle whose augmentations to show: name or folder.")
    ] = "cxr_lung_segmentation_unet",
    trust_bundle: TrustBundle = False,
    seed: Annotated[int, typer.Option(help="Random seed of the selection.")] = 0,
) -> None:
    """
    Draw a contact sheet: films by site and label, with lung contours (right orange, left blue).

    Example: chestxr data show ~/films/ours --out sheet.png

    Example: chestxr data show ~/films/ours --out augmented.png --augment --films 3
    """
    from chestxr.data import open_collection
    from chestxr.utils.atomic import atomic_write

    collection = or_exit(open_collection, directory)
    if augment:
        folder = or_exit(bundle_folder, bundle, trust_bundle, "train.json")
        sheet = or_exit(_augmented, collection.films, films, folder, seed)
    else:
        from chestxr.visualize.film_sheet import film_sheet

        sheet = or_exit(film_sheet, collection.films, films, seed=seed)
    with atomic_write(out) as partial:
        or_exit(sheet.save, partial)
    console.print(f"{out}: {sheet.width} x {sheet.height} pixels", soft_wrap=True)


def _augmented(films, count, bundle, seed):
    """Draw the augmentations of randomly selected films with masks."""
    import numpy as np

    from chestxr.data.datalist import datalist_item
    from chestxr.visualize.augmentation_sheet import augmentation_sheet

    masked = [film for film in films if film.masks]
    if not masked:
        raise ValueError("no film has a mask; expected masks to augment together with the films")
    order = np.random.default_rng(seed).permutation(len(masked))[:count]
    return augmentation_sheet([datalist_item(masked[index]) for index in order], bundle, seed=seed)
