"""Show the films with the worst lesion marks in TensorBoard."""

from heapq import nsmallest
from typing import Any, NamedTuple

import numpy as np
from ignite.distributed import one_rank_only
from ignite.engine import Engine, Events
from monai.utils import convert_to_numpy
from PIL import Image, ImageDraw
from torch.utils.tensorboard import SummaryWriter

from chestxr.io import read_film
from chestxr.metrics.lesions import match_marks

from .item_names import film_of
from .lesion_pictures import lesion_picture

__all__ = ["WorstLesionFilms"]

_LONGEST_SIDE = 512


class _Result(NamedTuple):
    margin: float
    film: str
    source: dict[str, Any]
    result: dict[str, Any]


class WorstLesionFilms:
    """
    Write the films with the worst marks to TensorBoard: lesion map and marks, and the radiologist's boxes in green.

    Films are ordered by the probability of the best mark in a box minus that of the best mark outside. In a distributed
    run only the first process's films are considered.

    Parameters
    ----------
    summary_writer : torch.utils.tensorboard.SummaryWriter or None
        The first process's writer; None in the others.
    section : str
        First part of the tag: "validation", "test".
    count : int, optional
        Number of films to show.
    interval : int, optional
        Interval in epochs.
    """

    def __init__(self, summary_writer: SummaryWriter | None, section: str, count: int = 4, interval: int = 1) -> None:
        self.summary_writer: Any = summary_writer
        self.section = section
        self.count = count
        self.interval = interval
        self._worst: list[_Result] = []

    def attach(self, evaluator: Engine) -> None:
        """Attach to an evaluator whose items contain ``lungs``, ``probability``, ``marks`` and ``true_boxes``."""
        evaluator.add_event_handler(Events.EPOCH_STARTED, self._start)
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self._keep_worst)
        evaluator.add_event_handler(Events.COMPLETED, self._show)

    def _start(self, evaluator: Engine) -> None:
        self._worst = []

    def _keep_worst(self, evaluator: Engine) -> None:
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            margin = match_marks(result["marks"], convert_to_numpy(result["true_boxes"])).margin
            self._worst.append(_Result(margin, film_of(source), source, result))
        self._worst = nsmallest(self.count, self._worst, key=lambda result: result.margin)

    @one_rank_only()
    def _show(self, evaluator: Engine) -> None:
        step = evaluator.state.epoch
        if step % self.interval == 0 and self._worst:
            page = np.concatenate([_draw(result) for result in self._worst], axis=1)
            self.summary_writer.add_image(f"{self.section}/worst films", page, step, dataformats="HWC")
            self.summary_writer.flush()


def _draw(found: _Result) -> np.ndarray:
    """Draw a film in a square, (side, side, 3)."""
    film = read_film(found.source["image"].meta["filename_or_obj"])[0]
    boxes = convert_to_numpy(found.result["true_boxes"])
    drawn = lesion_picture(film, found.source, found.result, likely=0.1, longest_side=_LONGEST_SIDE, boxes=boxes)
    square = Image.new("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
    square.paste(Image.fromarray(drawn))
    caption = f"{found.film}, margin {found.margin:+.2f}"
    ImageDraw.Draw(square).text((6, 4), caption, fill="white", font_size=14, stroke_width=2, stroke_fill="black")
    return np.asarray(square)
