"""Show the films with the lowest Dice in TensorBoard."""

from heapq import nsmallest
from typing import NamedTuple

import numpy as np
import torch
from ignite.distributed import one_rank_only
from ignite.engine import Engine, Events
from monai.metrics import compute_dice
from PIL import Image, ImageDraw
from torch.utils.tensorboard import SummaryWriter

from chestxr.visualize.overlay import overlay_lungs, picture_of_film

from .item_names import film_of

__all__ = ["WorstFilms"]


class _Result(NamedTuple):
    dice: float
    film: str
    image: torch.Tensor
    label: torch.Tensor
    pred: torch.Tensor


class WorstFilms:
    """
    Write the films with the lowest Dice to TensorBoard: film, ground truth and prediction side by side.

    In a distributed run only the first process's films are considered.

    Parameters
    ----------
    summary_writer : torch.utils.tensorboard.SummaryWriter
        The writer.
    section : str
        First part of the tag: "validation", "test".
    count : int, optional
        Number of films to show.
    interval : int, optional
        Interval in epochs.
    """

    def __init__(
        self,
        summary_writer: SummaryWriter,
        section: str,
        count: int = 4,
        interval: int = 1,
    ) -> None:
        self.summary_writer = summary_writer
        self.section = section
        self.count = count
        self.interval = interval
        self._worst: list[_Result] = []

    def attach(self, evaluator: Engine) -> None:
        """Attach to an evaluator whose items contain ``image``, and ``label`` and ``pred`` as lung channels."""
        evaluator.add_event_handler(Events.EPOCH_STARTED, self._start)
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self._keep_worst)
        evaluator.add_event_handler(Events.COMPLETED, self._show)

    def _start(self, evaluator: Engine) -> None:
        self._worst = []

    def _keep_worst(self, evaluator: Engine) -> None:
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            dice = compute_dice(result["pred"][None, :1], result["label"][None, :1]).item()
            self._worst.append(_Result(dice, film_of(source), source["image"], result["label"], result["pred"]))
        self._worst = nsmallest(self.count, self._worst, key=lambda result: result.dice)

    @one_rank_only()
    def _show(self, evaluator: Engine) -> None:
        step = evaluator.state.epoch
        if step % self.interval == 0 and self._worst:
            page = np.concatenate([_draw(result) for result in self._worst])
            self.summary_writer.add_image(f"{self.section}/worst films", page, step, dataformats="HWC")
            self.summary_writer.flush()


def _draw(result: _Result) -> np.ndarray:
    """Draw film, ground truth and prediction side by side, (height, width, 3)."""
    picture = picture_of_film(result.image[0].cpu().numpy(), longest_side=384)
    panels = [
        picture,
        overlay_lungs(picture, _label_map(result.label)),
        overlay_lungs(picture, _label_map(result.pred)),
    ]
    row = Image.fromarray(np.concatenate(panels, axis=1))
    captions = (result.film, "truth", f"prediction, Dice {result.dice:.3f}")
    for number, caption in enumerate(captions):
        ImageDraw.Draw(row).text((number * picture.shape[1] + 6, 4), caption, fill=(255, 255, 255), font_size=14)
    return np.asarray(row)


def _label_map(channels: torch.Tensor) -> np.ndarray:
    """Convert the channels both, right and left lung to a label map (W, H)."""
    _, right, left = channels.cpu().numpy()
    return (right + 2 * left).astype(np.uint8)
