"""Shared options, output and exit codes of the commands."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from typer.core import TyperGroup

__all__ = [
    "AeTitle",
    "Commands",
    "Dicom",
    "LeastDecodedSide",
    "Picture",
    "Presentation",
    "SegmentationType",
    "SiteScale",
    "SiteThreshold",
    "TrustBundle",
    "UidRoot",
    "console",
    "leave",
    "or_exit",
    "overrides_of",
    "progress_bar",
    "progress_console",
    "refuse",
    "screen_films",
    "summary",
    "warn",
]

console = Console()
progress_console = Console(stderr=True)

TrustBundle = Annotated[
    bool,
    typer.Option("--trust-bundle", help="Run a bundle that is not shipped with chestxr: its JSON can execute code."),
]
Dicom = Annotated[bool, typer.Option(help="Write DICOM segmentations and reports for DICOM films.")]


class _SegmentationTypes(StrEnum):
    """Types of DICOM segmentations."""

    BINARY = "BINARY"
    LABELMAP = "LABELMAP"


SegmentationType = Annotated[
    _SegmentationTypes | None,
    typer.Option(
        help="Type of DICOM segmentations: BINARY, which most viewers know, or LABELMAP, which OHIF shows; "
        "the bundle's by default.",
        show_default=False,
    ),
]
Presentation = Annotated[
    bool,
    typer.Option(
        "--presentation",
        help="Also write the lungs' contours as a DICOM presentation state, for viewers that show no segmentation.",
    ),
]
Picture = Annotated[
    bool,
    typer.Option(
        "--picture", help="Also write a picture of the result as a DICOM Secondary Capture, which every viewer shows."
    ),
]
SiteScale = Annotated[Path | None, typer.Option(help="Site scale written by chestxr tb adapt.", show_default=False)]
SiteThreshold = Annotated[
    Path | None, typer.Option(help="Site threshold written by chestxr tb calibrate.", show_default=False)
]
LeastDecodedSide = Annotated[
    int | None,
    typer.Option(
        min=256,
        help="Decode JPEG 2000 at its lowest resolution whose shorter side has this many pixels or more, in less time; "
        "in full by default.",
        show_default=False,
    ),
]
UidRoot = Annotated[
    str | None, typer.Option(help="Prefix of new DICOM UIDs; the bundle's by default.", show_default=False)
]
AeTitle = Annotated[str, typer.Option(help="AE title of this program, which the receiver may have to know.")]

_MEANINGS = {
    "all": "films",
    "done_before": "done by an earlier run",
    "suspicious": "suspicious, at or above the threshold",
    "not suspicious": "not suspicious",
    "warning": "of these, with a warning",
    "no score": "without a score (reason in the table)",
    "failed": "failed",
    "quarantined": "in quarantine",
    "not screened": "not screened: the run was stopped",
}


class Commands(TyperGroup):
    """Command group that reports a missing Python package in one line, with status 2."""

    def invoke(self, ctx):
        """Run a command, which imports packages only when it needs them."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from chestxr.utils.errors import missing_package

            missing = missing_package(error)
            if missing is None:
                raise
            typer.echo(missing, err=True)
            raise typer.Exit(2) from error


def or_exit(function, *args, **kwargs):
    """Call a function; on a user error, print one line and exit with status 2."""
    try:
        return function(*args, **kwargs)
    except (OSError, ValueError) as error:
        from chestxr.utils.errors import message_of

        typer.echo(message_of(error), err=True)
        raise typer.Exit(2) from error


def refuse(message):
    """Raise an error for `or_exit` to report."""
    raise ValueError(message)


def overrides_of(
    site_scale: Path | None = None,
    site_threshold: Path | None = None,
    uid_root: str | None = None,
    segmentation_type: _SegmentationTypes | None = None,
    presentation: bool = False,
    picture: bool = False,
    dicom: bool = True,
    least_decoded_side: int | None = None,
) -> dict[str, str | bool | int]:
    """
    Return the entries of the bundle's JSON that options override.

    Raises
    ------
    typer.BadParameter
        If an option needs DICOM results and there are none.
    """
    if (presentation or picture) and not dicom:
        raise typer.BadParameter("--presentation and --picture need the DICOM objects that --no-dicom disables")
    of_site = {"site_scale": site_scale, "site_threshold": site_threshold}
    overrides: dict[str, str | bool | int] = {name: str(path.absolute()) for name, path in of_site.items() if path}
    if uid_root:
        overrides["uid_root"] = uid_root
    if segmentation_type:
        overrides["segmentation_type"] = segmentation_type.value
    if least_decoded_side:
        overrides["least_decoded_side"] = least_decoded_side
    if presentation:
        overrides["save_presentation"] = True
    if picture:
        overrides["save_picture"] = True
    return overrides


def progress_bar() -> Progress:
    """Return a progress bar with film count and remaining time."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=progress_console)


def screen_films(run) -> bool:
    """Screen the films of a run with a progress bar; return whether the user stopped it."""
    try:
        with progress_bar() as progress:
            task = progress.add_task("screening", total=len(run.items), completed=run.done_before)
            for _ in run:
                progress.advance(task)
    except KeyboardInterrupt:
        typer.echo("stopping after the films in progress ...", err=True)
        return True
    finally:
        run.close()
    return False


def summary(title: str, films: Mapping[str, int], pace: str, value: float | None) -> Table:
    """Return a table of film counts by outcome, with the speed if known."""
    table = Table(title=f"{title}. Research use only.", show_header=False)
    for name, meaning in _MEANINGS.items():
        if films.get(name):
            table.add_row(meaning, str(films[name]))
    if value is not None:
        table.add_row(pace, str(value))
    return table


def warn(text: str) -> None:
    """Print a warning, if there is one."""
    if text:
        typer.echo(f"warning: {text}", err=True)


def leave(stopped: bool, failed: bool) -> NoReturn:
    """Exit with the status documented in the command's help."""
    if stopped:
        typer.echo("stopped; the same command goes on from here", err=True)
        raise typer.Exit(130)
    raise typer.Exit(1 if failed else 0)
