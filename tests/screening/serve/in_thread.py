"""The web application in this process, with a stand-in for the screening."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from chestxr.screening.serve.access import AccessGuard
from chestxr.screening.serve.app import make_app
from chestxr.screening.serve.batch import Batch
from chestxr.screening.serve.batches import Batches
from chestxr.screening.serve.screener import Screener
from chestxr.screening.serve.server import listen, own_names, running

__all__ = ["Site", "site", "write_results"]

TOKEN = "token"


@dataclass
class Site:
    """A running site: its address, and its batches."""

    port: int
    batches: Batches

    @property
    def origin(self) -> str:
        """Return what a browser sends as Origin."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, origin: str | None = "", **details) -> requests.Response:
        """Send a request as the site's own page does; with another origin, or none."""
        headers = details.pop("headers", {}) | ({} if origin is None else {"Origin": origin or self.origin})
        address = f"{self.origin}/{TOKEN}/{path}"
        return requests.request(method, address, headers=headers, allow_redirects=False, timeout=30, **details)

    def raw(self, head: str) -> bytes:
        """Send the lines of a request as they are, and return the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(f"{head}\nConnection: close\n\n".replace("\n", "\r\n").encode())
            return b"".join(iter(lambda: connection.recv(2**16), b""))

    def announce(self, *films: tuple[str, int]) -> dict:
        """Announce films by name and size; return the answer."""
        answer = self.ask("POST", "batches", json=[{"name": name, "size": size} for name, size in films])
        assert answer.status_code == 201, answer.text
        return answer.json()


def write_results(batch: Batch) -> None:
    """Write results as the screening does."""
    batch.results.mkdir(exist_ok=True)
    (batch.results / "report.html").write_text("<html><body class=x><p>report</p></body></html>")
    (batch.results / "film-0001_seg.dcm").write_bytes(b"segmentation")
    (batch.results / "records").mkdir(exist_ok=True)
    (batch.results / "records" / "film-0001.json").write_text("{}")
    batch.counts = {"suspicious": len(batch.films)}


@contextmanager
def site(
    folder: Path, screen: Callable[[Batch], None] = write_results, space_gb: float = 1, keep: bool = False
) -> Iterator[Site]:
    """Run the site on a free port."""
    listener = listen("127.0.0.1", 0)
    with Screener(screen, keep_films=keep) as screener:
        batches = Batches(folder, screener, space_gb=1)
        app = AccessGuard(make_app(batches, TOKEN, folder if keep else None), TOKEN, own_names("127.0.0.1"), local=True)
        with running(app, listener):
            yield Site(listener.getsockname()[1], batches)
