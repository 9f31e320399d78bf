"""MONAI Label's stock bundle inference task, run in its own environment."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

__all__ = ["LabelPeer", "label_python"]

_HERE = Path(__file__).parent


def label_python() -> Path | None:
    """Return MONAI Label's interpreter, None if its environment is missing: see tools/monailabel/environment.sh."""
    python = _HERE.parents[1] / ".venv-monailabel" / "bin" / "python"
    return python if python.is_file() else None


class LabelPeer:
    """
    A model-zoo-style bundle, run film by film as by MONAI Label's server.

    Version 0.8.5 returns masks as volumes with an extra axis, or empty ones: only the speed is compared.

    Parameters
    ----------
    python : pathlib.Path
        Interpreter of MONAI Label's environment.
    bundle : pathlib.Path
        The bundle with weights and metadata.
    out : pathlib.Path
        Folder for the generated bundle and the masks.
    """

    def __init__(self, python: Path, bundle: Path, out: Path) -> None:
        zoo = out / "lung_segmentation"
        for folder in ("configs", "models"):
            (zoo / folder).mkdir(parents=True)
        shutil.copy(_HERE / "zoo_inference.json", zoo / "configs" / "inference.json")
        shutil.copy(bundle / "configs" / "metadata.json", zoo / "configs" / "metadata.json")
        shutil.copy(bundle / "models" / "model.pt", zoo / "models" / "model.pt")
        self.last_mask: Path | None = None
        self._task = subprocess.Popen(
            [python, _HERE / "label_task.py", zoo],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"TMPDIR": str(out), "PYTHONWARNINGS": "ignore"},
        )
        self._answer()

    def __call__(self, films: Sequence[dict]) -> None:
        """Segment films."""
        print(json.dumps([film["image"] for film in films]), file=self._task.stdin, flush=True)
        self.last_mask = Path(self._answer())

    def close(self) -> None:
        """End the process."""
        self._task.stdin.close()
        self._task.wait()

    def _answer(self) -> str:
        answer = self._task.stdout.readline().strip()
        if not answer:
            raise ChildProcessError(
                f"MONAI Label's task ended with status {self._task.wait()}; expected an answer; "
                "recreate its environment: bash -c 'source tools/monailabel/environment.sh'"
            )
        return answer
