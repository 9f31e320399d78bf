"""``chestxr serve``: a web page on this machine, onto which films are dropped."""

import secrets
import threading
import webbrowser
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder

from .options import (
    Picture,
    Presentation,
    SegmentationType,
    SiteScale,
    SiteThreshold,
    TrustBundle,
    UidRoot,
    or_exit,
    overrides_of,
)

__all__ = ["serve"]


def serve(
    keep: Annotated[
        Path | None,
        typer.Option(help="Folder to keep films and results in; by default they are deleted.", show_default=False),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    host: Annotated[
        str, typer.Option(help="Address to listen on. 0.0.0.0 opens the page to other machines, without encryption.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on.", show_default="any that is free")
    ] = 0,
    processes: Annotated[
        int,
        typer.Option(min=1, help="Films screened in parallel; each needs a core and 1 GB (4,000 px: 1.5 GB)."),
    ] = 1,
    space: Annotated[float, typer.Option(min=0.001, help="Disk space for films that wait, in GB.")] = 20,
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
    Open a page in the browser: drop films onto it, and see their report. Research use only: not a medical device.

    Drop DICOM files or pictures: one, several, or a folder. The films are screened as chestxr screen does, and the page
    shows the same report. From there you can save everything as one ZIP file, or the DICOM segmentations and
    structured reports. Each film that cannot be read has its line in the report.

    Everything stays on this machine. Only the address that the command prints opens the page; it is new at each start.
    Films are deleted once they are screened, and results when the command ends, unless you --keep them.

    End it with Ctrl-C. Exit status: 0 ended by the user, 2 it could not be started.

    Requires the packages of the extra "serve".

    Example: chestxr serve --keep screened
    """
    from chestxr.screening.serve.server import check_packages, interrupted_by_signals, is_local, listen, running

    or_exit(check_packages)
    folder = or_exit(bundle_folder, bundle, trust_bundle)
    overrides = overrides_of(site_scale, site_threshold, uid_root, segmentation_type, presentation, picture)

    typer.echo("starting ...", err=True)
    from chestxr.screening.local.run import ScreeningRun
    from chestxr.screening.serve.screen_batch import screen_batch
    from chestxr.screening.serve.screener import Screener
    from chestxr.utils.temporary import temporary_folder

    # Without films, it only checks the bundle and the options.
    or_exit(ScreeningRun, [], Path(), folder, save_dicom=True, **overrides)
    if keep is not None:
        or_exit(keep.mkdir, parents=True, exist_ok=True)
    listener = or_exit(listen, host, port)
    token = secrets.token_urlsafe(16)
    address = f"http://{_shown(host)}:{listener.getsockname()[1]}/{token}/"
    screen = partial(screen_batch, bundle=folder, processes=processes, overrides=overrides)
    films = nullcontext(keep.absolute()) if keep else temporary_folder("chestxr-serve-")

    def serve_until_ended() -> None:
        with (
            interrupted_by_signals(),
            films as place,
            Screener(screen, keep_films=keep is not None) as screener,
            running(_guarded(place, screener, space, token, host, keep), listener),
        ):
            _announce(address, is_local(host), keep is not None)
            if browser and not webbrowser.open(address):
                typer.echo("no browser was found; open the address in one", err=True)
            threading.Event().wait()

    try:
        or_exit(serve_until_ended)
    except KeyboardInterrupt:
        typer.echo("ended")


def _announce(address: str, local: bool, kept: bool) -> None:
    typer.echo(f"Drop films onto this page (research use only):\n\n    {address}\n")
    if not local:
        typer.echo("Everyone who knows this address can open it, and the connection is not encrypted.")
    typer.echo("Ctrl-C ends it" + ("." if kept else "; films and results are then deleted."))


def _guarded(place: Path, screener, space: float, token: str, host: str, keep: Path | None):
    """Return the web application, closed to other machines and pages."""
    from chestxr.screening.serve.access import AccessGuard
    from chestxr.screening.serve.app import make_app
    from chestxr.screening.serve.batches import Batches
    from chestxr.screening.serve.server import is_local, own_names

    app = make_app(Batches(place, screener, space), token, keep)
    return AccessGuard(app, token, own_names(host), is_local(host))


def _shown(host: str) -> str:
    """Return a host as it is written in an address."""
    from socket import gethostname

    if host in ("0.0.0.0", "::"):
        return gethostname()
    return f"[{host}]" if ":" in host else host
