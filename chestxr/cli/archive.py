"""``chestxr archive``: screen a large archive with Ray."""

import json
import os
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
    progress_bar,
    summary,
    warn,
)

__all__ = ["archive"]

_MAX_REASONS = 10


def archive(
    source: Annotated[
        str,
        typer.Argument(
            help="Folder of films, list of files or URIs (.txt, .csv, .json), or an object store (s3://bucket/films).",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Output folder; on a cluster, one that all machines share.")],
    address: Annotated[
        str | None, typer.Option(help="Address of a Ray cluster; this machine by default.", show_default=False)
    ] = None,
    processes: Annotated[
        int,
        typer.Option(
            min=1,
            help="Cores to use on this machine; the first needs 4 GB of memory, each other 1 to 1.5 GB.",
            show_default="all",
        ),
    ] = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    batch_size: Annotated[int, typer.Option(min=0, help="Films per batch; 0: 16 on a GPU, 1 on a CPU.")] = 0,
    block: Annotated[int, typer.Option(min=1, help="Films per block, the unit that a killed run repeats.")] = 64,
    tries: Annotated[int, typer.Option(min=1, help="Attempts per film for transient failures.")] = 3,
    retry_quarantined: Annotated[
        bool, typer.Option("--retry-quarantined", help="Retry all quarantined films.")
    ] = False,
    store: Annotated[
        str,
        typer.Option(help="DICOMweb service to store segmentations and reports in.", show_default=False),
    ] = "",
    dicom: Dicom = True,
    site_scale: SiteScale = None,
    site_threshold: SiteThreshold = None,
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
    Screen an archive of any size with Ray, on this machine or a cluster. Research use only: not a medical device.

    The results are those of chestxr screen. OUT contains table/, a Parquet table by study date (pandas.read_parquet
    reads the folder); films/DAY/FILM_lungs.png, and for DICOM films FILM_seg.dcm and FILM_sr.dcm; quarantine/, the
    errors of failed films; and run.json, the provenance of the results.

    After any interruption (stopped, killed, disk full, source unavailable), run the same command to resume: it
    continues block by block, and no film is lost or counted twice. The source is listed once, by the first run. Films
    with transient failures are tried up to --tries times; then they are quarantined like all other failed films, and
    retried with --retry-quarantined.

    Requires Ray, from this package's extra "ray". On a cluster, chestxr must be installed on every machine, and source,
    bundle and OUT must have the same paths. Object stores require their fsspec package (s3fs, gcsfs, adlfs), which also
    handles credentials.

    Exit status: 0 every film has a result, 1 some are in quarantine, 2 nothing could be started, written or stored, the
    source is unavailable, Ray ended, or every film failed, 130 stopped by the user.

    Example: chestxr archive s3://radiology/chest --out results --address 10.0.0.5:6379
    """
    from chestxr.screening.ray import ArchiveRun

    folder = or_exit(bundle_folder, bundle, trust_bundle)
    if store and not dicom:
        raise typer.BadParameter("--store needs the DICOM objects that --no-dicom disables")
    overrides = overrides_of(
        site_scale, site_threshold, uid_root, segmentation_type, presentation, picture, dicom, least_decoded_side
    )
    overrides["save_dicom"] = dicom
    how = {"batch_size": batch_size, "block": block, "tries": tries, "retry_quarantined": retry_quarantined}
    run = or_exit(ArchiveRun, source, out.absolute(), folder, processes, address, store, **how, **overrides)
    if run.listed_before:
        later = "films added later are not in it: screen them into another output folder"
        typer.echo(f"using the list of films of {run.listed_before}; {later}", err=True)
    try:
        stopped = or_exit(_screen_waiting, run)
        manifest = or_exit(run.finish)
    finally:
        run.close()
    if as_json:
        typer.echo(json.dumps(manifest))
    else:
        pace = manifest["films_per_second"]
        console.print(summary("Tuberculosis screening of an archive", manifest["films"], "films per second", pace))
        console.print(f"table: {out / 'table'}", soft_wrap=True)
    warn(manifest["drift"]["warning"])
    failed = manifest["films"].get("quarantined", 0)
    if failed:
        typer.echo(f"{failed} of {len(run)} films failed; see {out / 'quarantine'}", err=True)
    leave(stopped, failed or not manifest["complete"])


def _screen_waiting(run) -> bool:
    """Screen with a progress bar and print why films fail; return whether the user stopped it."""
    printed: set[str] = set()
    try:
        with progress_bar() as progress:
            done = run.done_before + run.quarantined_before
            task = progress.add_task("screening", total=len(run), completed=done)
            for failure in run:
                progress.advance(task, 0 if run.trying_again else 1)
                if failure is not None and len(printed) < _MAX_REASONS and str(failure) not in printed:
                    printed.add(str(failure))
                    typer.echo(str(failure), err=True)
    except KeyboardInterrupt:
        return True
    return False
