"""A private Ray cluster of one machine."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.screening.ray.archives import wait_for, workers_of

__all__ = ["ray_cluster"]

_SIZE = ("--num-cpus=2", f"--object-store-memory={1 << 28}", "--include-dashboard=false")


@contextmanager
def ray_cluster(folder: Path) -> Iterator[tuple[str, int]]:
    """
    Start a cluster like an administrator, with the settings of the environment.

    Yields
    ------
    str
        Address of the cluster.
    int
        Process id of its parent process.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", f"--port={port}", *_SIZE]
    command += ["--node-ip-address=127.0.0.1", f"--temp-dir={folder}"]
    with (folder / "start.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for(lambda: _answers(port) or process.poll() is not None)
        yield f"127.0.0.1:{port}", process.pid
    finally:
        # Killed, since a graceful shutdown waits half a minute for clients.
        for number in (*workers_of(process.pid), process.pid):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
