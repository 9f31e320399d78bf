"""What was found on a film, written as soon as it is found."""

import json
import time
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

from ignite.engine import Engine, Events
from PIL import Image

from chestxr.io.decode import film_errors
from chestxr.utils.atomic import atomic_write, write_text
from chestxr.utils.provenance import sha256
from chestxr.visualize.outlines import lung_outlines
from chestxr.visualize.overlay import picture_of_film

from .screening_row import models_about, screening_row

__all__ = ["FilmRecords"]

_LONGEST_SIDE = 640
_QUALITY = 80


class FilmRecords:
    """
    Write ``<film>.json`` and ``<film>.webp`` for every film that was screened.

    A record is the last thing that is written of a film: where it stands, the film is done. It holds the film's row,
    the zones' log odds, the outlines of lungs and zones on the small picture beside it, and how long the film took.

    Parameters
    ----------
    records_dir : str or os.PathLike
        Folder to write to.
    models : dict of str to path
        The models' files by name, as for :py:class:`ScreeningResults`.
    key : str, optional
        What the results depend on beside the film, kept in the record: a run with another key does not take them over.
    """

    def __init__(self, records_dir: str | PathLike, models: dict[str, str | PathLike], key: str = "") -> None:
        self.records_dir = Path(records_dir)
        self.models = models
        self.key = key
        self._about: dict[str, str] = {}
        self._started = 0.0

    def attach(self, evaluator: Engine) -> None:
        """Attach to an evaluator as its last handler; its items hold ``screening`` and the film at its own size."""
        evaluator.add_event_handler(Events.STARTED, self._hash_models)
        evaluator.add_event_handler(Events.GET_BATCH_STARTED, self._start)
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self._write)

    def _hash_models(self, evaluator: Engine) -> None:
        if not self._about:
            self._about = models_about(self.models)

    def _start(self, evaluator: Engine) -> None:
        self._started = time.perf_counter()

    def _write(self, evaluator: Engine) -> None:
        films = len(evaluator.state.output)
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            picture = picture_of_film(source["film_image"][0].numpy(), _LONGEST_SIDE)
            row = screening_row(source, result) | self._about
            record = {
                "key": self.key,
                "film_sha256": _hash_of_film(row["image"]),
                "row": row,
                "size": list(result["lungs"].shape[1:]),
                "spacing_mm": _known([float(side) for side in result["lungs"].meta["pixel_spacing_mm"]]),
                "at_detector": result["lungs"].meta["pixel_spacing_source"] == "ImagerPixelSpacing",
                "zones": result["screening"]["zones"],
                "outlines": lung_outlines(result["lungs"][0].cpu().numpy(), picture.shape[:2]),
                "picture": [picture.shape[1], picture.shape[0]],
                "files": [Path(path).name for path in _written(result)],
                "seconds": (time.perf_counter() - self._started) / films,
            }
            with atomic_write(self.records_dir / f"{source['film']}.webp") as partial:
                Image.fromarray(picture[..., 0]).save(partial, quality=_QUALITY)
            write_text(self.records_dir / f"{source['film']}.json", json.dumps(record, default=float))


def _hash_of_film(image: str) -> str:
    with film_errors(Path(image)):
        return sha256(image)


def _written(result: Mapping[str, object]) -> list[str]:
    """Return the paths of what was written of a film."""
    return [result["lungs"].meta["saved_to"], *result.get("dicom_files", ())]


def _known(spacing: Sequence[float]) -> Sequence[float] | None:
    return spacing if all(side == side for side in spacing) else None
