"""A running MONAI Label server, with the requests of a client."""

import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import requests
from requests_toolbelt.multipart import decoder

from chestxr.io import read_mask
from tests.dicomweb.orthanc import free_port

REPOSITORY = Path(__file__).parents[2]


class LabelServer:
    """The app on a folder of films or a DICOMweb service, as tools/monailabel/start.sh starts it."""

    def __init__(self, films: Path | str, weights: Path, **environment: str) -> None:
        self.weights = weights
        command = ["bash", str(REPOSITORY / "tools/monailabel/start.sh"), str(films), "--conf", "weights", str(weights)]
        self._start(command, free_port(), weights.parent, environment)

    def _start(self, command: list[str], port: int, folder: Path, environment: dict[str, str]) -> None:
        """Start the server with its log in a folder, and wait until it responds."""
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / f"server-{port}.log"
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                command,
                env=os.environ | {"PORT": str(port)} | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        for _ in range(600):
            try:
                requests.get(f"{self.url}/info/", timeout=5)
                return
            except requests.RequestException:
                time.sleep(0.2)
        raise TimeoutError(self.log.read_text()[-2000:])

    def stop(self) -> None:
        """Stop the server."""
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()

    def get(self, path: str) -> dict:
        """Send a GET request."""
        answer = requests.get(f"{self.url}{path}", timeout=60)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **settings: object) -> requests.Response:
        """Send a POST request."""
        return requests.post(f"{self.url}{path}", json=settings, timeout=600)

    def background(self, path: str, **settings: object) -> dict:
        """Start a task as 3D Slicer does, wait until it has ended, and return its status."""
        answer = self.post(path, **settings)
        # The task's thread may have started before the answer was written.
        assert answer.status_code == 200 and answer.json()["status"] in ("SUBMITTED", "RUNNING"), answer.text
        return self.ended(path)

    def ended(self, path: str) -> dict:
        """Wait until the last task of a kind has ended, and return its status."""
        state = "/batch/infer" if path.startswith("/batch") else f"/{path.split('/')[1]}/"
        for _ in range(600):
            task = self.get(state)
            if task["status"] not in ("SUBMITTED", "RUNNING"):
                return task
            time.sleep(0.5)
        raise TimeoutError("\n".join(task["details"]))

    def infer(self, model: str, image: str, output: str, **params: object) -> requests.Response:
        """Request the lungs on a film."""
        url = f"{self.url}/infer/{model}?image={image}&output={output}"
        return requests.post(url, data={"params": json.dumps(params)}, timeout=120)

    def mask(self, model: str, image: str, ending: str = ".nii.gz", **params: object) -> np.ndarray:
        """Return the mask that a client receives, (W, H)."""
        answer = self.infer(model, image, "image", result_extension=ending, **params)
        assert answer.status_code == 200, answer.text
        return mask_of(answer.content, ending)

    def save(self, image: str, label: Path, tag: str = "final") -> None:
        """Save a label as 3D Slicer's "Submit label" does."""
        url = f"{self.url}/datastore/label?image={image}&tag={tag}"
        with label.open("rb") as content:
            answer = requests.put(url, files={"label": (label.name, content)}, data={"params": "{}"}, timeout=60)
        assert answer.status_code == 200, answer.text


def mask_of(content: bytes, ending: str) -> np.ndarray:
    """Read a mask from a response's content."""
    with tempfile.NamedTemporaryFile(suffix=ending) as file:
        file.write(content)
        file.flush()
        if ending == ".nrrd":
            import SimpleITK as sitk

            return sitk.GetArrayFromImage(sitk.ReadImage(file.name)).T
        return read_mask([file.name])[0]


def parts(answer: requests.Response) -> dict[str, bytes]:
    """Return a multipart response's parts by name."""
    found = decoder.MultipartDecoder.from_response(answer).parts
    names = (part.headers[b"Content-Disposition"].decode().split('name="')[1].split('"')[0] for part in found)
    return {name: part.content for name, part in zip(names, found, strict=True)}
