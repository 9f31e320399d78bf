"""Programs of dcmtk: senders and a receiver of DICOM's own network."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
import pytest

from chestxr.dimse.application_entity import ApplicationEntity
from tests.dicomweb.orthanc import free_port

# pynetdicom installs programs of the same names, which stand before dcmtk's in the search path of an environment.
_FOLDERS = os.pathsep.join(("/usr/bin", "/usr/local/bin"))
STORESCU, STORESCP, ECHOSCU = (shutil.which(name, path=_FOLDERS) for name in ("storescu", "storescp", "echoscu"))

needs_dcmtk = pytest.mark.skipif(not (STORESCU and STORESCP and ECHOSCU), reason="needs dcmtk: apt-get install dcmtk")


def send(port: int, *films: Path, called: str = "CHESTXR", calling: str = "MODALITY") -> subprocess.CompletedProcess:
    """Send films by storescu."""
    command = [STORESCU, "-v", "-aec", called, "-aet", calling, "127.0.0.1", str(port), *map(str, films)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def echo(port: int, called: str = "CHESTXR", calling: str = "MODALITY") -> bool:
    """Return whether a C-ECHO is answered."""
    command = [ECHOSCU, "-aec", called, "-aet", calling, "127.0.0.1", str(port)]
    return subprocess.run(command, capture_output=True, timeout=60).returncode == 0


def read_unpadded(path: Path) -> pydicom.Dataset:
    """Read a film without its Data Set Trailing Padding, which dcmtk leaves out."""
    dataset = pydicom.dcmread(path)
    del dataset[0xFFFCFFFC]
    return dataset


@contextmanager
def storescp(folder: Path, *options: str) -> Iterator[ApplicationEntity]:
    """Run storescp, which writes what it receives into a folder."""
    folder.mkdir(exist_ok=True)
    address = ApplicationEntity("STORESCP", "127.0.0.1", free_port())
    command = [STORESCP, "-od", str(folder), *options, str(address.port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_port(address.port)
        yield address
    finally:
        process.kill()
        process.wait()


def _wait_for_port(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise TimeoutError
