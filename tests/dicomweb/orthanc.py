"""A local Orthanc archive for the tests, started by tools/orthanc.sh."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
import requests

REPOSITORY = Path(__file__).parents[2]
PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")

needs_orthanc = pytest.mark.skipif(
    not (shutil.which("Orthanc") and PLUGIN.exists()), reason="needs Orthanc: apt-get install orthanc orthanc-dicomweb"
)


class Orthanc:
    """An archive that can be killed and restarted and keeps its films."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder, self.environment = folder, environment
        self.port = free_port()
        self.root = f"http://localhost:{self.port}"
        self.dicom_port = free_port()
        self.address = f"ORTHANC@127.0.0.1:{self.dicom_port}"
        self.url = f"{self.root}/dicom-web"
        self._process: subprocess.Popen | None = None

    def start(self) -> "Orthanc":
        """Start it, and wait until it answers."""
        environment = os.environ | {"HTTP_PORT": str(self.port), "DICOM_PORT": str(self.dicom_port)} | self.environment
        self._process = subprocess.Popen(
            ["bash", str(REPOSITORY / "tools" / "orthanc.sh"), str(self.folder)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(200):
            try:
                requests.get(self.root, timeout=1)
                return self
            except requests.RequestException:
                time.sleep(0.1)
        raise TimeoutError("Orthanc did not start")

    def kill(self) -> None:
        """Kill it, as in a power failure."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def send(self, film: Path) -> None:
        """Store a film, as a modality does."""
        answer = requests.post(f"{self.root}/instances", data=film.read_bytes(), timeout=30)
        answer.raise_for_status()

    def objects(self, modality: str) -> list[bytes]:
        """Return the stored objects of a modality, as files."""
        wanted = {"Level": "Instance", "Query": {"Modality": modality}}
        found = requests.post(f"{self.root}/tools/find", json=wanted, timeout=30).json()
        return [requests.get(f"{self.root}/instances/{name}/file", timeout=30).content for name in found]


def free_port() -> int:
    """Return an unused port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
