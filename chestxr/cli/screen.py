"""``chestxr screen``: films in, a folder of results out."""

import json
from pathlib import Path
from typing import Annotated

import typer

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder

from .options import (
    Dicom,
    SiteScale,
    TrustBundle,
    UidRoot,
    console,
    leave,
    or_exit,
    overrides_of,
    progress_bar,
    summary,
)

__all__ = ["screen"]


def screen(
    films: Annotated[
        list[Path], typer.Argument(help="Films, folders of films, or lists (.txt, .csv, .json).", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Folder of the results.", show_default=False)],
    site_scale: SiteScale = None,
    processes: Annotated[
        int,
        typer.Option(min=1, help="Films screened at once; each takes a core and 1.5 GB, 2 GB for the largest films."),
    ] = 1,
    dicom: Dicom = True,
    uid_root: UidRoot = None,
    bundle: Annotated[str, typer.Option(help="Screening bundle: name or folder.")] = SCREENING_BUNDLE,
    trust_bundle: TrustBundle = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the run's manifest as JSON, and nothing else.")
    ] = False,
) -> None:
    """
    Outline the lungs on films and score them for tuberculosis. Research use only: not a medical device.

    In OUT stand report.html, to look at; screening.csv and screening.parquet, a row a film; FILM_lungs.png, each film's
    lungs (0 background, 1 right, 2 left); for films in DICOM also FILM_seg.dcm and FILM_sr.dcm; and run.json, what the
    results were made with.

    Stop it at any moment: the same command goes on where it was. Films that failed are tried again.

    Exit status: 0 every film has a result, 1 some could not be read, 2 nothing could be started or written,
    130 stopped by the user.

    Example: chestxr screen ~/films --out results --processes 4
    """
    from chestxr.data import find_films
    from chestxr.screening.html.page import write_page
    from chestxr.screening.local.run import ScreeningRun

    items = or_exit(find_films, films)
    folder = or_exit(bundle_folder, bundle, trust_bundle)
    overrides = overrides_of(site_scale, uid_root)
    run = or_exit(ScreeningRun, items, out.absolute(), folder, processes, save_dicom=dicom, **overrides)
    stopped = or_exit(_screen_waiting, run)
    manifest = or_exit(run.finish)
    or_exit(write_page, run.out / "report.html", run.items, run.records(), run.failures, manifest)
    if as_json:
        typer.echo(json.dumps(manifest))
    else:
        seconds = manifest["seconds_per_film"]
        console.print(summary("Tuberculosis screening", manifest["films"], "seconds a film, median", seconds))
        console.print(f"look at {out / 'report.html'}", soft_wrap=True)
    for line in manifest["failed"].values():
        typer.echo(line, err=True)
    leave(stopped, bool(manifest["failed"]))


def _screen_waiting(run) -> bool:
    """Screen with a progress bar; return whether the user stopped it."""
    try:
        with progress_bar() as progress:
            task = progress.add_task("screening", total=len(run.items), completed=run.done_before)
            for _ in run:
                progress.advance(task)
    except KeyboardInterrupt:
        typer.echo("stopping, after the films in hand ...", err=True)
        return True
    finally:
        run.close()
    return False
