"""MONAI Label's stock path for bundles, in its own environment."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

__all__ = ["LabelPeer", "label_python"]

_HERE = Path(__file__).parent


def label_python() -> Path | None:
    """Return MONAI Label's interpreter, None if its environment was not made: see tools/monailabel/environment.sh."""
    python = _HERE.parents[1] / ".venv-monailabel" / "bin" / "python"
    return python if python.is_file() else None


class LabelPeer:
    """
    A bundle as the MONAI model zoo writes them, run film by film as MONAI Label's server does.

    Version 0.8.5 gives a film's mask as a volume with an axis too many, or empty: this is about its speed alone.

    Parameters
    ----------
    python : pathlib.Path
        The interpreter of MONAI Label's environment.
    bundle : pathlib.Path
        The bundle that has the weights and the metadata.
    out : pathlib.Path
        Folder for the zoo-style bundle and the masks.
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
        """Outline films."""
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
                "make its environment anew: bash -c 'source tools/monailabel/environment.sh'"
            )
        return answer
