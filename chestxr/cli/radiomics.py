"""``chestxr features`` and ``chestxr stability``: radiomic features of the lungs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from .options import console, or_exit, progress_console, refuse

__all__ = ["features", "stability"]


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
    processes: Annotated[int, typer.Option(min=1, help="Films measured in parallel; each uses one core.")] = 1,
    cache: Annotated[Path, typer.Option(help="Folder of cached features.")] = Path("~/.cache/chestxr/features"),
) -> None:
    """
    Compute pyradiomics features of both lungs, each lung and six zones, and their differences.

    One row per film. A film that cannot be measured has a row with its error. Features are cached by the content of
    film, mask and settings, so that a stopped run resumes.

    Exit status: 0 all films were measured, 1 some were not, 2 the run could not be started or a result not be written.

    Example: chestxr features FILMS --masks out --out features.parquet --processes 4
    """
    from chestxr.radiomics import DEFAULT_SETTINGS, measure_films, write_feature_table

    if out.suffix not in (".parquet", ".csv"):
        or_exit(refuse, f"{out}: expected a table named .parquet or .csv")
    wanted = or_exit(_films_to_measure, films, masks)
    steps = measure_films(wanted, cache.expanduser(), processes, settings=settings or DEFAULT_SETTINGS)
    rows = or_exit(list, track(steps, "measuring lungs", total=len(wanted), console=progress_console))
    or_exit(write_feature_table, out, rows, [film.film for film in wanted])
    failed = [row for row in rows if row["error"]]
    console.print(f"{len(rows) - len(failed)} of {len(rows)} films measured, written to {out}", soft_wrap=True)
    for row in failed:
        typer.echo(row["error"], err=True)
    raise typer.Exit(1 if failed else 0)


def stability(
    films: Annotated[Path, typer.Argument(help="Film, folder of films, or list of films.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Table to write (CSV).", show_default=False)],
    masks: Annotated[Path | None, typer.Option(help="Folder of lung masks. Default: the collection's own.")] = None,
    other_masks: Annotated[
        Path | None, typer.Option(help="Folder of masks of the same films by another reader or network.")
    ] = None,
    count: Annotated[int, typer.Option(min=3, help="Number of films to use, evenly spaced.")] = 60,
    processes: Annotated[int, typer.Option(min=1, help="Films measured in parallel; each uses one core.")] = 1,
    cache: Annotated[Path, typer.Option(help="Folder of cached features.")] = Path("~/.cache/chestxr/features"),
) -> None:
    """
    Rank features by their stability under small changes of mask and film.

    Films are measured unchanged and with masks eroded, dilated and shifted by 1.5% of the lung width, rotated by 3
    degrees, darkened, and blurred; with --other-masks also with those masks. The table lists every feature's intraclass
    correlation (ICC), most stable first.

    Exit status: 0 all films were measured, 1 some were not, 2 the run could not be started or a result not be written.

    Example: chestxr stability FILMS --other-masks out --out stability.csv --processes 4
    """
    from chestxr.data import find_masks
    from chestxr.radiomics import LEAST_STABLE, measure_films, stability_films, stability_table
    from chestxr.utils.csv import write_csv

    wanted = or_exit(_films_to_measure, films, masks)
    wanted = wanted[:: max(1, len(wanted) // count)][:count]
    others = or_exit(find_masks, [film.film for film in wanted], other_masks) if other_masks else {}
    if other_masks and not others:
        or_exit(refuse, f"{other_masks}: found no mask of these films; expected FILM_lungs, FILM_mask or FILM")
    wanted = list(stability_films(wanted, others))
    steps = measure_films(wanted, cache.expanduser(), processes)
    rows = or_exit(list, track(steps, "measuring lungs", total=len(wanted), console=progress_console))
    table = stability_table(rows)
    or_exit(write_csv, out, table.rename_axis("feature").reset_index(), "%.4f")
    stable = (table["least"] >= LEAST_STABLE).sum()
    console.print(
        f"{stable} of {len(table)} features have an ICC of {LEAST_STABLE} or more, written to {out}", soft_wrap=True
    )
    failed = [row for row in rows if row["error"]]
    for row in failed:
        typer.echo(row["error"], err=True)
    raise typer.Exit(1 if failed else 0)


def _films_to_measure(films, masks):
    """Pair films with the masks of a folder or of their collection."""
    from chestxr.data import find_films, find_masks, open_collection
    from chestxr.radiomics import FilmToMeasure

    if masks is None:
        return [FilmToMeasure(film.name, film.image, film.masks) for film in open_collection(films).films]
    items = find_films(films)
    found = find_masks([item["film"] for item in items], masks)
    paths = ((found[item["film"]],) if item["film"] in found else () for item in items)
    return [FilmToMeasure(item["film"], Path(item["image"]), path) for item, path in zip(items, paths, strict=True)]
