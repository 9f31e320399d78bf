"""``chestxr archive``: an archive of any size in, a table and the films' results out."""

import json
import os
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

__all__ = ["archive"]

_REASONS_TOLD = 10


def archive(
    source: Annotated[
        str,
        typer.Argument(
            help="Folder of films, list of films or addresses (.txt, .csv, .json), or an object store (s3://bucket/films).",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the results; on a cluster, one that all machines reach.")],
    address: Annotated[
        str | None, typer.Option(help="Address of a Ray cluster; this machine by default.", show_default=False)
    ] = None,
    processes: Annotated[
        int,
        typer.Option(
            min=1,
            help="Cores of this machine to use; the first takes 4 GB of memory, each other 1.5 to 2 GB.",
            show_default="all",
        ),
    ] = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    batch_size: Annotated[
        int, typer.Option(min=0, help="Films through the network at once; 0: 16 on a GPU, 1 on a CPU.")
    ] = 0,
    block: Annotated[int, typer.Option(min=1, help="Films in a block: what a killed run repeats.")] = 64,
    tries: Annotated[int, typer.Option(min=1, help="How often to try a film that fails by no fault of its own.")] = 3,
    retry_quarantined: Annotated[
        bool, typer.Option("--retry-quarantined", help="Try all films again that are in quarantine.")
    ] = False,
    store: Annotated[
        str,
        typer.Option(help="DICOMweb service that takes segmentations and reports.", show_default=False),
    ] = "",
    dicom: Dicom = True,
    site_scale: SiteScale = None,
    uid_root: UidRoot = None,
    bundle: Annotated[str, typer.Option(help="Screening bundle: name or folder.")] = SCREENING_BUNDLE,
    trust_bundle: TrustBundle = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the run's manifest as JSON, and nothing else.")
    ] = False,
) -> None:
    """
    Screen an archive of any size, on this machine or on a cluster, by Ray. Research use only: not a medical device.

    The results are those of chestxr screen. In OUT stand table/, a Parquet table by day of study (pandas.read_parquet
    reads the folder); films/DAY/FILM_lungs.png, and for films in DICOM FILM_seg.dcm and FILM_sr.dcm; quarantine/, why
    films failed; and run.json, what the results were made with.

    Stop it or kill it at any moment, fill the disk, take the source away: the same command goes on where it was,
    block by block, and no film is lost or counted twice. The source is listed once, by the first run. Films that fail
    by no fault of their own are tried again, --tries times in all; then, as all others in quarantine, by
    --retry-quarantined.

    Needs Ray, which this package's extra "ray" brings. On a cluster, chestxr is installed on every machine, and source,
    bundle and OUT have the same paths. Object stores need their fsspec package (s3fs, gcsfs, adlfs), which also knows
    who asks.

    Exit status: 0 every film has a result, 1 some are in quarantine, 2 nothing could be started, written or stored, the
    source is away, Ray ended, or every film failed, 130 stopped by the user.

    Example: chestxr archive s3://radiology/chest --out results --address 10.0.0.5:6379
    """
    from chestxr.screening.ray import ArchiveRun

    folder = or_exit(bundle_folder, bundle, trust_bundle)
    if store and not dicom:
        raise typer.BadParameter("--store needs the DICOM objects that --no-dicom leaves out")
    overrides = {"save_dicom": dicom} | overrides_of(site_scale, uid_root)
    how = {"batch_size": batch_size, "block": block, "tries": tries, "retry_quarantined": retry_quarantined}
    run = or_exit(ArchiveRun, source, out.absolute(), folder, processes, address, store, **how, **overrides)
    if run.listed_before:
        later = "films that came later are not in it: give them a folder of results of their own"
        typer.echo(f"the list of films is that of {run.listed_before}; {later}", err=True)
    try:
        stopped = or_exit(_screen_waiting, run)
        manifest = or_exit(run.finish)
    finally:
        run.close()
    if as_json:
        typer.echo(json.dumps(manifest))
    else:
        pace = manifest["films_per_second"]
        console.print(summary("Tuberculosis screening of an archive", manifest["films"], "films a second", pace))
        console.print(f"the table is {out / 'table'}", soft_wrap=True)
    failed = manifest["films"].get("quarantined", 0)
    if failed:
        typer.echo(f"{failed} of {len(run)} films failed; why: {out / 'quarantine'}", err=True)
    leave(stopped, failed or not manifest["complete"])


def _screen_waiting(run) -> bool:
    """Screen with a progress bar; say why films fail; return whether the user stopped it."""
    told: set[str] = set()
    try:
        with progress_bar() as progress:
            done = run.done_before + run.quarantined_before
            task = progress.add_task("screening", total=len(run), completed=done)
            for failure in run:
                progress.advance(task, 0 if run.trying_again else 1)
                if failure is not None and len(told) < _REASONS_TOLD and str(failure) not in told:
                    told.add(str(failure))
                    typer.echo(str(failure), err=True)
    except KeyboardInterrupt:
        return True
    return False
