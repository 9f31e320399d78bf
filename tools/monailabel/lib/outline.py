"""Lung segmentation with a bundle, for clients of MONAI Label."""

import tempfile
import threading
import time
from pathlib import Path

import pandas as pd
import SimpleITK as sitk
from fastapi import HTTPException
from monailabel.interfaces.tasks.infer_v2 import InferTask, InferType

from chestxr.bundle.open import OpenBundle

from .models import Weights

__all__ = ["OutlineLungs"]

_LABELS = {"right lung": 1, "left lung": 2}
_FORMATS = (".nii.gz", ".nii", ".nrrd", ".png")


class OutlineLungs(InferTask):
    """
    Run a bundle's inference.json on one film.

    The bundle is loaded once, and reloaded when another version of its weights is served. A request may set
    ``version`` (one of those listed by ``info``) and ``result_extension`` (.nii.gz, .nii, .nrrd, .png).

    Parameters
    ----------
    weights : Weights
        The model.
    """

    def __init__(self, weights: Weights) -> None:
        description = f"Right and left lung by the {weights.model} of chestxr. Research use only."
        super().__init__(InferType.SEGMENTATION, _LABELS, 2, description)
        self.weights = weights
        self._folder = tempfile.TemporaryDirectory(prefix="chestxr-")
        self._opened: dict[str, OpenBundle] = {}
        # The server handles several clients concurrently; a bundle runs on one film at a time.
        self._turn = threading.Lock()

    def is_valid(self) -> bool:
        """Return True: every listed model can be loaded."""
        return True

    def config(self) -> dict:
        """Return the versions of the weights, the served one first."""
        served = self.weights.served()
        return {"version": [served, *(other for other in self.weights.versions() if other != served)]}

    def __call__(self, request: dict) -> tuple[str, dict]:
        """
        Segment the lungs on ``request["image"]``.

        Returns
        -------
        file : str
            Label map at the film's original size: 0 background, 1 right lung, 2 left lung.
        params : dict
            ``label_names``, ``version``, ``quality`` and ``warnings`` from the quality check, ``latencies``.

        Raises
        ------
        HTTPException
            With status 400 if the film cannot be read, or the version or the format does not exist.
        """
        ending = request.get("result_extension") or ".nii.gz"
        if ending not in _FORMATS:
            raise HTTPException(400, f"result_extension {ending}: expected one of {', '.join(_FORMATS)}")
        image = str(request["image"])
        if not Path(image).exists():
            raise HTTPException(404, f"{Path(image).name}: no such film in the store")
        started = time.perf_counter()
        with self._turn:
            version, bundle = self._bundle(request.get("version"))
            name = f"film-{time.time_ns()}"
            error = bundle.run_film({"film": name, "image": image})
            if error is not None:
                raise HTTPException(400, f"found {error.found}; expected {error.expected}; {error.remedy}")
            found = pd.read_csv(Path(self._folder.name) / "films.csv").iloc[0]
        quality = found.drop(["film", "image", "status", "reason"]).astype(float)
        return self._in_format(name, ending), {
            "label_names": _LABELS,
            "version": version,
            "quality": {key: round(value, 4) for key, value in quality.dropna().items()},
            "warnings": "" if pd.isna(found["reason"]) else found["reason"],
            "latencies": {"total": round(time.perf_counter() - started, 3)},
        }

    def _bundle(self, asked: str | list | None) -> tuple[str, OpenBundle]:
        """Return the bundle with the requested version of its weights, or the served one."""
        version = asked[0] if isinstance(asked, list) else asked or self.weights.served()
        try:
            path = self.weights.path(version)
        except ValueError as error:
            raise HTTPException(400, str(error)) from error
        if version not in self._opened:
            overrides = {"checkpoint": str(path), "output_dir": self._folder.name, "mask_format": ".nii.gz"}
            self._opened = {version: OpenBundle(self.weights.bundle, **overrides, save_overlay=False)}
        return version, self._opened[version]

    def _in_format(self, name: str, ending: str) -> str:
        written = Path(self._folder.name) / f"{name}_lungs.nii.gz"
        if ending == ".nii.gz":
            return str(written)
        converted = written.with_name(f"{name}_lungs{ending}")
        sitk.WriteImage(sitk.ReadImage(str(written)), str(converted))
        written.unlink()
        return str(converted)
