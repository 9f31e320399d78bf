"""``chestxr pacs listen``: screen films that are sent to this program."""

import ipaddress
import signal
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder

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
    warn,
)

__all__ = ["listen"]


def listen(
    send_to: Annotated[
        str,
        typer.Option(
            help="Where results go: AET@HOST:PORT (C-STORE), or the URL of a DICOMweb service (STOW-RS).",
            show_default=False,
        ),
    ],
    aet: AeTitle = "CHESTXR",
    port: Annotated[int, typer.Option(min=1, max=65535, help="TCP port to listen at.")] = 11112,
    host: Annotated[
        str, typer.Option(help="Address to listen at; 0.0.0.0 lets other machines send films.")
    ] = "127.0.0.1",
    senders: Annotated[
        list[str] | None,
        typer.Option("--from", help="AE title that may send films; repeat it for more. By default all may."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for waiting films, masks and records.")] = Path("output/listen"),
    keep: Annotated[bool, typer.Option("--keep", help="Keep films in OUT/kept after they were answered.")] = False,
    max_waiting: Annotated[int, typer.Option(min=1, help="Films that may wait; more are not accepted.")] = 1000,
    interval: Annotated[
        float, typer.Option(min=1, help="Seconds between attempts while the destination is unavailable.")
    ] = 30,
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
    Receive chest films by DICOM's own network (C-STORE), screen them, and send segmentations and reports.

    It is a storage service (SCP) for CR, DX and secondary capture images, which also answers C-ECHO. A film is on the
    disk before its sender gets the answer, and is removed after its results were accepted. You can stop or kill the
    command or the destination at any time: the next run resumes, and nothing is lost or stored twice. A film that is
    sent again is not answered again.

    OUT/failed has the reason for each film without a result. A film that crashed its process, or whose results are
    refused, is kept there too, and is tried again when it is sent again. If the disk is full or --max-waiting films
    wait, senders get the status "out of resources" (A700) and can try again later.

    The connections are not encrypted (no TLS), and an AE title is no password. By default, only programs on this
    machine can connect; with --host, use a network that you trust. --from limits the senders by their AE titles.

    Exit status: 0 ended by SIGTERM, 2 nothing could be started, or results cannot be written, 130 stopped by Ctrl-C.

    Example: chestxr pacs listen --send-to ORTHANC@127.0.0.1:4242
    """
    from chestxr.dimse.server import storage_server
    from chestxr.screening.destination import open_destination
    from chestxr.screening.listen import FilmListener

    signal.signal(signal.SIGTERM, _end)
    folder = or_exit(bundle_folder, bundle, trust_bundle)
    destination = or_exit(open_destination, send_to, aet)
    overrides = overrides_of(site_scale, site_threshold, uid_root, segmentation_type, presentation, picture)
    try:
        listener = or_exit(FilmListener, out.absolute(), folder, destination, max_waiting, keep, **overrides)
        with closing(listener), ExitStack() as stack:
            server = storage_server(aet, host, port, listener.receive, _print_error, senders or ())
            or_exit(stack.enter_context, server)
            if not _is_loopback(host):
                _print_error(f"{host}: other machines can connect; the connections are not encrypted")
            console.print(f"{aet} listens at {host}:{port}; results go to {destination.server}", soft_wrap=True)
            reported: set[str] = set()
            while True:
                or_exit(_answer, listener, reported)
                listener.wait(interval)
    except KeyboardInterrupt:
        leave(stopped=True, failed=False)


def _answer(listener, reported: set[str]) -> None:
    """Answer the waiting films; print how many, and errors that are new since the last pass."""
    answered, failures = 0, set[str]()
    for outcome in listener.answer():
        if outcome is None:
            answered += 1
            continue
        if str(outcome) not in reported | failures:
            _print_error(str(outcome))
        failures.add(str(outcome))
    if answered:
        console.print(f"films answered: {answered}")
    warn(listener.drift())
    reported.clear()
    reported.update(failures)


def _print_error(line: str) -> None:
    typer.echo(line, err=True)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _end(*_) -> NoReturn:
    raise SystemExit(0)
