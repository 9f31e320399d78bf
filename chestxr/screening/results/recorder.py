"""Write the record of each film as soon as it is screened."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ignite.engine import Engine, Events

from chestxr.bundle.open import OpenBundle
from chestxr.handlers.screening_row import models_about, screening_row
from chestxr.visualize.outlines import lung_outlines

from .pictures import write_pictures
from .record import FilmRecord, write_record

__all__ = ["FilmRecorder"]


class FilmRecorder:
    """
    Ignite handler that writes a :py:class:`.record.FilmRecord` and two pictures of every film.

    Attach it after the bundle's own handlers: the record is the last file of a film, so a film with a record is done.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the results.
    key : str
        Hash of the models and settings, as returned by :py:func:`.key.key_of`.
    for_report : bool, optional
        Whether a report will show the films. Otherwise no pictures, contours and study dates are kept.
    """

    def __init__(self, out: Path, key: str, for_report: bool = True) -> None:
        self.out = out
        self.key = key
        self.for_report = for_report
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
            preview, outlines = self._pictured(source, result)
            row = screening_row(source, result) | self._models
            meta = result["lungs"].meta
            record = FilmRecord(
                key=self.key,
                film_sha256=meta["film_sha256"],
                row=row,
                size=list(result["lungs"].shape[1:]),
                spacing_mm=_known([float(side) for side in meta["pixel_spacing_mm"]]),
                at_detector=meta["pixel_spacing_source"] == "ImagerPixelSpacing",
                view=result.get("film_view", ""),
                study_date=meta["study_date"] if self.for_report and result.get("dicom_files") else "",
                evidence=result["screening"]["evidence"],
                marks=result["screening"]["marks"],
                zones=result["screening"]["zones"],
                outlines=outlines,
                preview=preview,
                files=[Path(path).name for path in _written(result)],
                seconds=(time.perf_counter() - self._started) / films,
            )
            write_record(self.out, source["film"], record)

    def _pictured(
        self, source: Mapping[str, Any], result: Mapping[str, Any]
    ) -> tuple[list[int] | None, dict[str, str]]:
        """Write the pictures of a film; return the size of its preview and the contours on it."""
        if not self.for_report:
            return None, {}
        width, height = write_pictures(self.out, source["film"], source["film_image"][0].numpy())
        return [width, height], lung_outlines(result["lungs"][0].cpu().numpy(), (height, width))


def _written(result: Mapping[str, Any]) -> list[str]:
    """Return the paths of the result files of a film."""
    return [result["lungs"].meta["saved_to"], *result.get("dicom_files", ())]


def _known(spacing: list[float]) -> list[float] | None:
    return spacing if all(side == side for side in spacing) else None
