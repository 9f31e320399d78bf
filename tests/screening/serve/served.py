"""``chestxr serve`` as a program, and files dropped onto its page."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.interrupts import hear_interrupts
from tests.screening.ray.archives import wait_for

__all__ = ["drop", "left_folders", "serving", "wait_for_report"]

_PROGRAM = "from chestxr.cli import app; app()"
_SECONDS = 600


@contextmanager
def serving(folder: Path, *arguments: object, end: signal.Signals = signal.SIGTERM) -> Iterator[str]:
    """
    Start ``chestxr serve``, with its temporary files and its output (``printed``) in a folder; end it by a signal.

    Yields the address that it printed.
    """
    printed = folder / "printed"
    command = [sys.executable, "-c", _PROGRAM, "serve", "--no-browser", *map(str, arguments)]
    with printed.open("w") as output:
        server = subprocess.Popen(
            command,
            env=os.environ | {"TMPDIR": str(folder)},
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=hear_interrupts,
        )
    try:
        yield wait_for(lambda: _address(printed), _SECONDS)
    finally:
        server.send_signal(end)
        server.wait(_SECONDS)
    assert server.returncode == (-end if end is signal.SIGKILL else 0), printed.read_text()


def _address(printed: Path) -> str | None:
    lines = [line.strip() for line in printed.read_text().splitlines()]
    return next((line for line in lines if line.startswith("http") and line.endswith("/")), None)


def left_folders(folder: Path) -> list[Path]:
    """Return the folders of films and results below a folder for temporary files."""
    return sorted(folder.glob("chestxr-serve-*"))


def drop(driver: Chrome, *paths: Path) -> None:
    """Drop files or folders onto the page, as a file manager does."""
    place = driver.find_element(By.ID, "drop").rect
    where = {"x": place["x"] + place["width"] / 2, "y": place["y"] + 20}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        driver.execute_cdp_cmd("Input.dispatchDragEvent", {"type": kind, "data": data} | where)


def wait_for_report(driver: Chrome) -> None:
    """Wait until the browser shows a report."""
    WebDriverWait(driver, _SECONDS).until(lambda driver: driver.current_url.endswith("results/report.html"))
