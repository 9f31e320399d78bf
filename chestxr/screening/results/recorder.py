"""Write the record of each film as soon as it is screened."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ignite.engine import Engine, Events
from PIL import Image

from chestxr.bundle.open import OpenBundle
from chestxr.handlers.screening_row import models_about, screening_row
from chestxr.utils.atomic import atomic_write
from chestxr.visualize.outlines import lung_outlines
from chestxr.visualize.overlay import picture_of_film

from .record import FilmRecord, picture_path, write_record

__all__ = ["FilmRecorder"]

_LONGEST_SIDE = 640
_QUALITY = 80


class FilmRecorder:
    """
    Ignite handler that writes a :py:class:`.record.FilmRecord` and a preview image of every film.

    Attach it after the bundle's own handlers: the record is the last file of a film, so a film with a record is done.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the results.
    key : str
        Hash of the models and settings, as returned by :py:func:`.key.key_of`.
    """

    def __init__(self, out: Path, key: str) -> None:
        self.out = out
        self.key = key
        self._models: dict[str, str] = {}
        self._started = 0.0

    def attach(self, bundle: OpenBundle) -> None:
        """Attach to the engine of a screening bundle."""
        self._models = models_about(bundle.entry("models"))
        bundle.evaluator.add_event_handler(Events.GET_BATCH_STARTED, self._start)
        bundle.evaluator.add_event_handler(Events.ITERATION_COMPLETED, self._write)

    def _start(self, evaluator: Engine) -> None:
        self._started = time.perf_counter()

    def _write(self, evaluator: Engine) -> None:
        films = len(evaluator.state.output)
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            picture = picture_of_film(source["film_image"][0].numpy(), _LONGEST_SIDE)
            row = screening_row(source, result) | self._models
            meta = result["lungs"].meta
            record = FilmRecord(
                key=self.key,
                film_sha256=meta["film_sha256"],
                row=row,
                size=list(result["lungs"].shape[1:]),
                spacing_mm=_known([float(side) for side in meta["pixel_spacing_mm"]]),
                at_detector=meta["pixel_spacing_source"] == "ImagerPixelSpacing",
                zones=result["screening"]["zones"],
                outlines=lung_outlines(result["lungs"][0].cpu().numpy(), picture.shape[:2]),
                picture=[picture.shape[1], picture.shape[0]],
                files=[Path(path).name for path in _written(result)],
                seconds=(time.perf_counter() - self._started) / films,
            )
            with atomic_write(picture_path(self.out, source["film"])) as partial:
                Image.fromarray(picture[..., 0]).save(partial, quality=_QUALITY)
            write_record(self.out, source["film"], record)


def _written(result: Mapping[str, Any]) -> list[str]:
    """Return the paths of the result files of a film."""
    return [result["lungs"].meta["saved_to"], *result.get("dicom_files", ())]


def _known(spacing: list[float]) -> list[float] | None:
    return spacing if all(side == side for side in spacing) else None
