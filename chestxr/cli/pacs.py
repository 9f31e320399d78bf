"""``chestxr pacs``: films of an archive."""

import re
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder

from .options import SiteScale, TrustBundle, UidRoot, console, leave, or_exit, overrides_of, progress_console

__all__ = ["app"]

app = typer.Typer(help="Films of an archive (DICOMweb). Research use only.", no_args_is_help=True)


@app.callback()
def pacs() -> None:
    """Films of an archive (DICOMweb). Research use only."""


@app.command("screen")
def screen(
    url: Annotated[str, typer.Argument(help="Root of the DICOMweb service.", show_default=False)],
    since: Annotated[
        str, typer.Option(help="Studies from this day on: 2026-11-30, or 7d for the last seven days.")
    ] = "7d",
    out: Annotated[Path, typer.Option(help="Folder of masks and records.")] = Path("output/pacs"),
    watch: Annotated[bool, typer.Option("--watch", help="Go on looking for new films until stopped.")] = False,
    interval: Annotated[float, typer.Option(min=1, help="Seconds between looks, with --watch.")] = 30,
    site_scale: SiteScale = None,
    uid_root: UidRoot = None,
    bundle: Annotated[str, typer.Option(help="Screening bundle: name or folder.")] = SCREENING_BUNDLE,
    trust_bundle: TrustBundle = False,
) -> None:
    """
    Find chest films (CR, DX), screen them, and store a segmentation and a structured report beside each.

    A film that these models have answered is passed over. Stop it at any moment, or the server: the next call goes on,
    and nothing is lost or stored twice.

    The server's certificate is verified; REQUESTS_CA_BUNDLE names authorities of your own. Name and password come from
    CHESTXR_PACS_USER and CHESTXR_PACS_PASSWORD, or from a netrc file; a bearer token (Azure, Google, AWS) from
    CHESTXR_PACS_TOKEN, or from the file that CHESTXR_PACS_TOKEN_FILE names, where it may be renewed meanwhile.

    Exit status: 0 every film has an answer, 1 some could not be read or answered, 2 nothing could be started,
    130 stopped by the user.

    Example: chestxr pacs screen https://pacs.example/dicom-web --since 1d --watch
    """
    from chestxr.dicomweb.client import DicomWebClient
    from chestxr.screening.pacs import PacsScreener

    or_exit(_day, since)
    folder = or_exit(bundle_folder, bundle, trust_bundle)
    archive = or_exit(DicomWebClient, url)
    screening = or_exit(PacsScreener, archive, out.absolute(), folder, **overrides_of(site_scale, uid_root))
    try:
        told: set[str] = set()
        unanswered = _pass(screening, since, watch, told)
        while watch:
            time.sleep(interval)
            _pass(screening, since, watch, told)
    except KeyboardInterrupt:
        leave(stopped=True, failed=False)
    finally:
        screening.close()
    leave(stopped=False, failed=bool(unanswered))


def _pass(screening, since: str, quietly: bool, told: set[str]) -> int:
    """
    Answer what waits; return how many films have no answer.

    A watcher goes on when the archive is away. What the archive fails by it says when it begins, not at every look.
    """
    from chestxr.dicomweb.session import DicomWebError

    try:
        found = screening.find(_day(since))
    except DicomWebError as error:
        if not quietly:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from error
        _tell_new({str(error): ""}, told)
        return 0
    failures = Counter(map(str, found.skipped.failed))
    _tell_new({failure: f" ({count} series or films)" for failure, count in failures.items()}, told)
    if quietly and not found.waiting:
        return 0
    answered = or_exit(_answer, screening, found.waiting)
    counts = [f"{answered} of {len(found.waiting)} films answered"]
    if found.answered:
        counts.append(f"{found.answered} were answered before")
    if found.unreadable:
        counts.append(f"{found.unreadable} could not be read before (why: {screening.out / 'unreadable'})")
    unidentified, failed = found.skipped.unidentified, len(found.skipped.failed)
    if unidentified:
        counts.append(f"{unidentified} series or films without proper identifiers were passed over")
    if failed:
        counts.append(f"{failed} were passed over, since the archive fails over them")
    console.print("; ".join(counts), soft_wrap=True)
    return len(found.waiting) - answered + found.unreadable + unidentified + failed


def _tell_new(failures: dict[str, str], told: set[str]) -> None:
    """Say what was not so at the last look, and keep in mind what is so now."""
    for failure, count in failures.items():
        if failure not in told:
            typer.echo(failure + count, err=True)
    told.clear()
    told.update(failures)


def _answer(screening, films: list) -> int:
    """Answer films with a progress bar; say at once why one has no answer; return how many have one."""
    answered, told = 0, set()
    for outcome in track(screening.answer(films), "screening", total=len(films), console=progress_console):
        answered += outcome is None
        if outcome is not None and str(outcome) not in told:
            told.add(str(outcome))
            typer.echo(str(outcome), err=True)
    return answered


def _day(since: str) -> date:
    if re.fullmatch(r"\d{1,5}d", since):
        return date.today() - timedelta(days=int(since[:-1]))
    try:
        return date.fromisoformat(since)
    except ValueError as error:
        raise ValueError(f"--since {since}: no day; expected 2026-11-30, or 7d for the last seven days") from error
