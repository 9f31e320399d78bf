"""``chestxr pacs``: screen films of a DICOMweb archive, or films that are sent to this program."""

import re
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder

from . import pacs_listen
from .options import (
    AeTitle,
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
    progress_console,
    warn,
)

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def pacs() -> None:
    """Films of an archive (DICOMweb), or sent to this program (DICOM network). Research use only."""


@app.command("screen")
def screen(
    url: Annotated[str, typer.Argument(help="Base URL of the DICOMweb service.", show_default=False)],
    since: Annotated[str, typer.Option(help="Earliest study date: 2026-11-30, or 7d for the last seven days.")] = "7d",
    out: Annotated[Path, typer.Option(help="Folder for masks and records.")] = Path("output/pacs"),
    watch: Annotated[bool, typer.Option("--watch", help="Keep polling for new films until stopped.")] = False,
    interval: Annotated[float, typer.Option(min=1, help="Polling interval in seconds, with --watch.")] = 30,
    send_to: Annotated[
        str,
        typer.Option(
            help="Send results there instead: AET@HOST:PORT (C-STORE), or the URL of another DICOMweb service.",
            show_default=False,
        ),
    ] = "",
    aet: AeTitle = "CHESTXR",
    site_scale: SiteScale = None,
    site_threshold: SiteThreshold = None,
    uid_root: UidRoot = None,
    segmentation_type: SegmentationType = None,
    presentation: Presentation = False,
    picture: Picture = False,
    bundle: Annotated[str, typer.Option(help="Screening bundle: name or folder.")] = SCREENING_BUNDLE,
    trust_bundle: TrustBundle = False,
) -> None:
    """
    Find chest films (CR, DX), screen them, and store a segmentation and a structured report for each.

    Films that were screened by the same models are skipped. You can stop the command or the server at any time: the
    next run resumes, and nothing is lost or stored twice.

    Results are stored in the same archive by DICOMweb (STOW-RS). With --send-to AET@HOST:PORT they are sent by DICOM's
    own network (C-STORE) instead, which is not encrypted: use it within a network that you trust.

    The server's certificate is verified; set REQUESTS_CA_BUNDLE for your own certificate authorities. User name and
    password are read from CHESTXR_PACS_USER and CHESTXR_PACS_PASSWORD, or a netrc file; a bearer token (Azure, Google,
    AWS) from CHESTXR_PACS_TOKEN, or from the file named by CHESTXR_PACS_TOKEN_FILE, which may be renewed during a run.

    Exit status: 0 every film has a result, 1 some could not be read, screened or stored, 2 nothing could be started,
    130 stopped by the user.

    Example: chestxr pacs screen https://pacs.example/dicom-web --since 1d --watch
    """
    from chestxr.dicomweb.client import DicomWebClient
    from chestxr.screening.destination import open_destination
    from chestxr.screening.pacs import PacsScreener

    or_exit(_day, since)
    folder = or_exit(bundle_folder, bundle, trust_bundle)
    archive = or_exit(DicomWebClient, url)
    elsewhere = or_exit(open_destination, send_to, aet) if send_to else None
    overrides = overrides_of(site_scale, site_threshold, uid_root, segmentation_type, presentation, picture)
    screening = or_exit(PacsScreener, archive, out.absolute(), folder, elsewhere, **overrides)
    try:
        reported: set[str] = set()
        unanswered = _pass(screening, since, watch, reported)
        while watch:
            time.sleep(interval)
            _pass(screening, since, watch, reported)
    except KeyboardInterrupt:
        leave(stopped=True, failed=False)
    finally:
        screening.close()
    leave(stopped=False, failed=bool(unanswered))


def _pass(screening, since: str, quietly: bool, reported: set[str]) -> int:
    """
    Screen waiting films; return how many have no result.

    With --watch, an unavailable archive does not end the program, and its errors are printed once, not on every poll.
    """
    from chestxr.utils.archive_errors import ArchiveError

    try:
        found = screening.find(_day(since))
    except ArchiveError as error:
        if not quietly:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from error
        _report_new({str(error): ""}, reported)
        return 0
    failures = Counter(map(str, found.skipped.failed))
    _report_new({failure: f" ({count} series or films)" for failure, count in failures.items()}, reported)
    if quietly and not found.waiting:
        return 0
    answered = or_exit(_answer, screening, found.waiting)
    counts = [f"{answered} of {len(found.waiting)} new films screened"]
    if found.answered:
        counts.append(f"{found.answered} screened before")
    if found.unreadable:
        counts.append(f"{found.unreadable} could not be read before (see {screening.out / 'unreadable'})")
    unidentified, failed = found.skipped.unidentified, len(found.skipped.failed)
    if unidentified:
        counts.append(f"{unidentified} series or films without valid UIDs skipped")
    if failed:
        counts.append(f"{failed} skipped because of archive errors")
    console.print("; ".join(counts), soft_wrap=True)
    warn(screening.drift())
    return len(found.waiting) - answered + found.unreadable + unidentified + failed


def _report_new(failures: dict[str, str], reported: set[str]) -> None:
    """Print failures that are new since the last poll, and remember the current ones."""
    for failure, count in failures.items():
        if failure not in reported:
            typer.echo(failure + count, err=True)
    reported.clear()
    reported.update(failures)


def _answer(screening, films: list) -> int:
    """Screen films with a progress bar and print errors at once; return how many succeeded."""
    answered, reported = 0, set()
    for outcome in track(screening.answer(films), "screening", total=len(films), console=progress_console):
        answered += outcome is None
        if outcome is not None and str(outcome) not in reported:
            reported.add(str(outcome))
            typer.echo(str(outcome), err=True)
    return answered


def _day(since: str) -> date:
    if re.fullmatch(r"\d{1,5}d", since):
        return date.today() - timedelta(days=int(since[:-1]))
    try:
        return date.fromisoformat(since)
    except ValueError as error:
        raise ValueError(
            f"--since {since}: found no date; expected 2026-11-30, or 7d for the last seven days"
        ) from error


app.command("listen")(pacs_listen.listen)
