"""The command line: ``chestxr --help``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

app = typer.Typer(
    help="Chest radiographs in MONAI: lung outlines, radiomics and tuberculosis screening. Research use only.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="Film collections: check, split, show.", no_args_is_help=True)
app.add_typer(data_app, name="data")
tb_app = typer.Typer(help="Tuberculosis screening: adapt to a site. Research use only.", no_args_is_help=True)
app.add_typer(tb_app, name="tb")
console = Console()
progress_console = Console(stderr=True)

Collection = Annotated[Path, typer.Argument(help="Folder of the collection.", show_default=False)]


@data_app.command("check")
def check(directory: Collection) -> None:
    """
    Cross-reference films and masks, and read them all.

    Exit status: 0 the collection is clean, 1 it is not, 2 it cannot be opened. Not clean are files that cannot be read,
    masks without a film or of another size, and films with the same pixels. A film without a mask is only counted.

    Example: chestxr data check ~/films/montgomery
    """
    from chestxr.data import open_catalogue
    from chestxr.data.check import check_collection
    from chestxr.report.check_table import check_table

    catalogue = _or_exit(open_catalogue, directory)
    steps = check_collection(catalogue)
    *_, report = track(steps, "reading films", total=len(catalogue.films), console=progress_console)
    console.print(check_table(report), soft_wrap=True)
    raise typer.Exit(1 if report.problems else 0)


@data_app.command("split")
def split(
    directory: Collection,
    out: Annotated[Path, typer.Option(help="Datalist to write (JSON).", show_default=False)],
    fold: Annotated[int, typer.Option(help="Which of five folds, 0 to 4, the films are tested in.")] = 0,
    train_on: Annotated[str, typer.Option(help="Train on this site only, and test on --test-on.")] = "",
    test_on: Annotated[str, typer.Option(help="Test on all films of this site; needs --train-on.")] = "",
    seed: Annotated[int, typer.Option(help="Seed of the deal.")] = 0,
) -> None:
    """
    Deal films into training, validation and test, by patient, alike in site and label.

    The result is a MONAI datalist. Bundles take it as --split FILE. Splits that come with chestxr: default (which is
    fold-0), fold-0 to fold-4, montgomery-to-shenzhen, shenzhen-to-montgomery.

    Films of your own: which belong to one patient, and their sites and labels, are read from collection.csv in the
    folder, with columns image, patient, site, tuberculosis. Without it each film counts as a patient of its own.

    Example: chestxr data split ~/films/ours --out ours.json
    """
    from chestxr.data import make_fold, make_site_transfer, open_catalogue
    from chestxr.data.splits import split_text
    from chestxr.io import write_text

    catalogue = _or_exit(open_catalogue, directory)
    if train_on or test_on:
        sections = _or_exit(make_site_transfer, catalogue.films, train_on, test_on, seed)
        description = f"trained and validated on {train_on}, tested on {test_on}; by patient; seed {seed}"
    else:
        sections = _or_exit(make_fold, catalogue.films, fold, seed)
        description = f"fold {fold} of 5, by patient, alike in site, label and masks; seed {seed}"
    _or_exit(write_text, out, split_text(sections, description, catalogue.root))
    for name, films in sections.items():
        console.print(f"{name}: {len(films)} films of {len({film.patient for film in films})} patients")
    console.print(f"written to {out}", soft_wrap=True)


@data_app.command("show")
def show(
    directory: Collection,
    out: Annotated[Path, typer.Option(help="Picture to write (PNG).", show_default=False)],
    films: Annotated[int, typer.Option(min=1, help="Films in a row, or rows with --augment.")] = 6,
    augment: Annotated[bool, typer.Option("--augment", help="Show what each training augmentation does.")] = False,
    bundle: Annotated[Path, typer.Option(help="Bundle whose augmentations to show.")] = Path(
        "bundles/cxr_lung_segmentation_unet"
    ),
    seed: Annotated[int, typer.Option(help="Seed of the choice.")] = 0,
) -> None:
    """
    Draw a contact sheet: films by site and label, the right lung outlined in orange, the left one in blue.

    Example: chestxr data show ~/films/ours --out sheet.png

    Example: chestxr data show ~/films/ours --out augmented.png --augment --films 3
    """
    from chestxr.data import open_catalogue
    from chestxr.io import whole_file

    catalogue = _or_exit(open_catalogue, directory)
    if augment:
        sheet = _or_exit(_augmented, catalogue.films, films, bundle, seed)
    else:
        from chestxr.report.film_sheet import film_sheet

        sheet = _or_exit(film_sheet, catalogue.films, films, seed=seed)
    with whole_file(out) as partial:
        _or_exit(sheet.save, partial)
    console.print(f"{out}: {sheet.width} x {sheet.height} pixels", soft_wrap=True)


@app.command("features")
def features(
    films: Annotated[Path, typer.Argument(help="Film, folder of films, or list of films.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Table to write: .parquet or .csv.", show_default=False)],
    masks: Annotated[
        Path | None,
        typer.Option(help="Folder of lung masks: FILM_lungs, FILM_mask or FILM. Default: the collection's own."),
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="pyradiomics parameter file (YAML). Default: the one that comes with chestxr.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="Films measured at once; each takes a core.")] = 1,
    cache: Annotated[Path, typer.Option(help="Folder that keeps what was measured.")] = Path(
        "~/.cache/chestxr/features"
    ),
) -> None:
    """
    Measure the lungs with pyradiomics: both, each, six zones, and how these differ.

    One row a film. A film that cannot be measured is a row with its error; the others are finished. What was measured
    before, by content of film, mask and settings, is not measured again: a run that was stopped goes on.

    Exit status: 0 all films were measured, 1 some were not, 2 nothing could be started.

    Example: chestxr features FILMS --masks out --out features.parquet --processes 4
    """
    from chestxr.radiomics import DEFAULT_SETTINGS, measure_films, write_feature_table

    if out.suffix not in (".parquet", ".csv"):
        _or_exit(_refuse, f"{out}: expected a table named .parquet or .csv")
    wanted = _or_exit(_films_to_measure, films, masks)
    steps = measure_films(wanted, cache.expanduser(), processes, settings=settings or DEFAULT_SETTINGS)
    rows = list(track(steps, "measuring lungs", total=len(wanted), console=progress_console))
    _or_exit(write_feature_table, out, rows, [film.film for film in wanted])
    failed = [row for row in rows if row["error"]]
    console.print(f"{len(rows) - len(failed)} of {len(rows)} films measured, written to {out}", soft_wrap=True)
    for row in failed:
        typer.echo(row["error"], err=True)
    raise typer.Exit(1 if failed else 0)


@app.command("stability")
def stability(
    films: Annotated[Path, typer.Argument(help="Film, folder of films, or list of films.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Table to write (CSV).", show_default=False)],
    masks: Annotated[Path | None, typer.Option(help="Folder of lung masks. Default: the collection's own.")] = None,
    other_masks: Annotated[
        Path | None, typer.Option(help="Folder of the same films' masks by another reader or network.")
    ] = None,
    count: Annotated[int, typer.Option(min=3, help="How many films to take, evenly spread.")] = 60,
    processes: Annotated[int, typer.Option(min=1, help="Films measured at once; each takes a core.")] = 1,
    cache: Annotated[Path, typer.Option(help="Folder that keeps what was measured.")] = Path(
        "~/.cache/chestxr/features"
    ),
) -> None:
    """
    Rank features by how little small changes of outline and film move them.

    Films are measured as they are and with outlines eroded, dilated and shifted by 1.5% of the lungs' width, turned by
    3 degrees, darkened, and blurred; with --other-masks also under those. The table gives every feature's intraclass
    correlation, most stable first.

    Exit status: 0 all films were measured, 1 some were not, 2 nothing could be started.

    Example: chestxr stability FILMS --other-masks out --out stability.csv --processes 4
    """
    from chestxr.data import find_masks
    from chestxr.io import whole_file
    from chestxr.radiomics import LEAST_STABLE, measure_films, stability_films, stability_table

    wanted = _or_exit(_films_to_measure, films, masks)
    wanted = wanted[:: max(1, len(wanted) // count)][:count]
    others = _or_exit(find_masks, [film.film for film in wanted], other_masks) if other_masks else {}
    if other_masks and not others:
        _or_exit(_refuse, f"{other_masks}: no mask of these films; expected FILM_lungs, FILM_mask or FILM")
    wanted = list(stability_films(wanted, others))
    steps = measure_films(wanted, cache.expanduser(), processes)
    rows = list(track(steps, "measuring lungs", total=len(wanted), console=progress_console))
    table = stability_table(rows)
    with whole_file(out) as partial:
        table.to_csv(partial, index_label="feature", float_format="%.4f")
    stable = (table["least"] >= LEAST_STABLE).sum()
    console.print(
        f"{stable} of {len(table)} features keep an ICC of {LEAST_STABLE} or more, written to {out}", soft_wrap=True
    )
    failed = [row for row in rows if row["error"]]
    for row in failed:
        typer.echo(row["error"], err=True)
    raise typer.Exit(1 if failed else 0)


@tb_app.command("adapt")
def adapt(
    films: Annotated[Path, typer.Argument(help="Films of the site: no labels are needed.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Site scale to write (JSON).", show_default=False)],
    bundle: Annotated[Path, typer.Option(help="Screening bundle that will use it.")] = Path(
        "bundles/cxr_tuberculosis_screening"
    ),
) -> None:
    """
    Learn a site's scale from unlabelled films, for the screening bundle's --site_scale.

    Detectors and processing differ from site to site, and shift nearly every feature. The scale holds each feature's
    median and interquartile range over the site's films. Give films as they come, ill and well, 50 or more if you can:
    at a site with more disease than the films the classifier learnt from, adapting makes ill films look usual.

    Exit status: 0 written, 2 not.

    Example: chestxr tb adapt FILMS --out site.json
    """
    from tempfile import TemporaryDirectory

    import monai.bundle

    from chestxr.radiomics import read_feature_table
    from chestxr.tuberculosis import Harmonisation

    config = bundle / "configs" / "inference.json"
    if not config.is_file():
        _or_exit(_refuse, f"{bundle}: no screening bundle; expected configs/inference.json; give a bundle's folder")
    with TemporaryDirectory() as folder:
        quiet = {"save_overlay": False, "save_zone_map": False, "save_features": True, "output_dir": folder}
        run = {"run": ["$@evaluator.run()"], "bundle_root": str(bundle), "films": str(films)}
        _or_exit(monai.bundle.run, config_file=str(config), **quiet, **run)
        table = _or_exit(read_feature_table, Path(folder) / "features.parquet")
    measured = table[table["error"] == ""]
    features_only = measured.drop(columns=["film", "image", "settings_hash", "error"])
    scale = _or_exit(Harmonisation.fit, features_only, table["settings_hash"].iloc[0])
    scale.save(out)
    console.print(f"{out}: the scale of {len(measured)} films; {len(table) - len(measured)} left out", soft_wrap=True)


def _films_to_measure(films, masks):
    """Pair films with masks: those of a folder, or those that a collection comes with."""
    from chestxr.data import find_films, find_masks, open_catalogue
    from chestxr.radiomics import FilmToMeasure

    if masks is None:
        return [FilmToMeasure(film.name, film.image, film.masks) for film in open_catalogue(films).films]
    items = find_films(films)
    found = find_masks([item["film"] for item in items], masks)
    paths = ((found[item["film"]],) if item["film"] in found else () for item in items)
    return [FilmToMeasure(item["film"], Path(item["image"]), path) for item, path in zip(items, paths, strict=True)]


def _refuse(message):
    raise ValueError(message)


def _augmented(films, count, bundle, seed):
    """Draw the augmentations of some films with masks."""
    import numpy as np

    from chestxr.data.datalist import datalist_item
    from chestxr.report.augmentation_sheet import augmentation_sheet

    masked = [film for film in films if film.masks]
    if not masked:
        raise ValueError("no film has a mask; expected masks, which augmentation moves with the films")
    order = np.random.default_rng(seed).permutation(len(masked))[:count]
    return augmentation_sheet([datalist_item(masked[index]) for index in order], bundle, seed=seed)


def _or_exit(function, *args, **kwargs):
    """Call a function; a mistake of the user's ends the program with one line and status 2."""
    try:
        return function(*args, **kwargs)
    except (OSError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
