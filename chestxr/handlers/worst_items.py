"""Show the films with the worst predictions in TensorBoard."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from heapq import nsmallest
from typing import Any, NamedTuple

import numpy as np
from ignite.distributed import one_rank_only
from ignite.engine import Engine, Events
from torch.utils.tensorboard import SummaryWriter

__all__ = ["WorstItem", "WorstItems"]


class WorstItem(NamedTuple):
    """
    A film and its prediction.

    Attributes
    ----------
    quality : float
        Quality of the prediction; the lowest are shown.
    source, result : mapping
        The item before and after the network.
    """

    quality: float
    source: Mapping[str, Any]
    result: Mapping[str, Any]


class WorstItems(ABC):
    """
    Base class of handlers that write the films with the worst predictions to TensorBoard.

    In a distributed run only the first process's films are considered.

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
        self._worst: list[WorstItem] = []

    @abstractmethod
    def quality(self, result: Mapping[str, Any]) -> float:
        """Return the quality of a prediction."""

    @abstractmethod
    def draw(self, worst: list[WorstItem]) -> np.ndarray:
        """Draw films as one picture, (height, width, 3), uint8."""

    def attach(self, evaluator: Engine) -> None:
        """Attach to the evaluator."""
        evaluator.add_event_handler(Events.EPOCH_STARTED, self._start)
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self._keep_worst)
        evaluator.add_event_handler(Events.COMPLETED, self._show)

    def _start(self, evaluator: Engine) -> None:
        self._worst = []

    def _keep_worst(self, evaluator: Engine) -> None:
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            self._worst.append(WorstItem(self.quality(result), source, result))
        self._worst = nsmallest(self.count, self._worst, key=lambda item: item.quality)

    @one_rank_only()
    def _show(self, evaluator: Engine) -> None:
        step = evaluator.state.epoch
        if step % self.interval == 0 and self._worst:
            page = self.draw(self._worst)
            self.summary_writer.add_image(f"{self.section}/worst films", page, step, dataformats="HWC")
            self.summary_writer.flush()
