"""``chestxr screen``: screen films into a folder of results."""

import json
from pathlib import Path
from typing import Annotated

import typer

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder

from .options import (
    Dicom,
    LeastDecodedSide,
    Picture,
    Presentation,
    SegmentationType,
    SiteScale,
    SiteThreshold,
    TrustBundle,
    UidRoot,
    console,
    leave,
    or_exit,
    overrides_of,
    screen_films,
    summary,
    warn,
)

__all__ = ["screen"]


def screen(
    films: Annotated[
        list[Path], typer.Argument(help="Films, folders of films, or lists (.txt, .csv, .json).", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Output folder.", show_default=False)],
    site_scale: SiteScale = None,
    site_threshold: SiteThreshold = None,
    processes: Annotated[
        int,
        typer.Option(min=1, help="Films screened in parallel; each needs a core and 1 GB (4,000 px: 1.5 GB)."),
    ] = 1,
    dicom: Dicom = True,
    uid_root: UidRoot = None,
    segmentation_type: SegmentationType = None,
    presentation: Presentation = False,
    picture: Picture = False,
    least_decoded_side: LeastDecodedSide = None,
    bundle: Annotated[str, typer.Option(help="Screening bundle: name or folder.")] = SCREENING_BUNDLE,
    trust_bundle: TrustBundle = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only the run's manifest, as JSON.")] = False,
) -> None:
    """
    Segment the lungs on films and score them for tuberculosis. Research use only: not a medical device.

    OUT contains report.html, an overview; screening.csv and screening.parquet, one row per film; FILM_lungs.png, each
    film's lung mask (0 background, 1 right, 2 left); for DICOM films also FILM_seg.dcm and FILM_sr.dcm; and run.json,
    the provenance of the results.

    You can stop it at any time: the same command resumes. Failed films are retried.

    Exit status: 0 every film has a result, 1 some could not be read, 2 nothing could be started or written,
    130 stopped by the user.

    Example: chestxr screen ~/films --out results --processes 4
    """
    from chestxr.data import find_films
    from chestxr.screening.html.page import write_page
    from chestxr.screening.local.run import ScreeningRun

    items = or_exit(find_films, films)
    folder = or_exit(bundle_folder, bundle, trust_bundle)
    overrides = overrides_of(
        site_scale, site_threshold, uid_root, segmentation_type, presentation, picture, dicom, least_decoded_side
    )
    run = or_exit(
        ScreeningRun, items, out.absolute(), folder, processes, single_here=True, save_dicom=dicom, **overrides
    )
    stopped = or_exit(screen_films, run)
    manifest = or_exit(run.finish)
    or_exit(write_page, run.out / "report.html", run.items, run.records(), run.failures, manifest)
    if as_json:
        typer.echo(json.dumps(manifest))
    else:
        seconds = manifest["seconds_per_film"]
        console.print(summary("Tuberculosis screening", manifest["films"], "seconds per film, median", seconds))
        console.print(f"report: {out / 'report.html'}", soft_wrap=True)
    warn(manifest["drift"]["warning"])
    for line in manifest["failed"].values():
        typer.echo(line, err=True)
    leave(stopped, bool(manifest["failed"]))
