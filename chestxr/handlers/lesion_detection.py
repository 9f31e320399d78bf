"""Detection of lesions as metrics of an evaluator."""

from collections.abc import Callable
from typing import Any

import numpy as np
from ignite.metrics import Metric
from monai.utils import convert_to_numpy

from chestxr.metrics.lesions import FROC_RATES, Detection, froc_sensitivities, match_marks

from .across_processes import gather_lists

__all__ = ["FirstMarkInBox", "LesionFroc"]


class _Detections(Metric):
    """Collect the detections of all films; items contain ``marks`` and ``true_boxes``."""

    def __init__(self) -> None:
        super().__init__(output_transform=lambda items: items)

    def reset(self) -> None:
        """Forget the films."""
        self._films: list[Detection] = []

    def update(self, output: list[dict[str, Any]]) -> None:
        """Add a batch of decollated items."""
        for item in output:
            self._films.append(match_marks(item["marks"], convert_to_numpy(item["true_boxes"])))

    def _over_all(self, of_films: Callable[[list[Detection]], float]) -> float:
        return float(of_films(gather_lists(self._films)))


class LesionFroc(_Detections):
    """
    Mean sensitivity over several rates of false marks a film.

    Items of the evaluator's output contain ``marks``, as written by :py:class:`chestxr.transforms.LesionMarksd`, and
    ``true_boxes`` (N, 4), in pixels of the film.

    Parameters
    ----------
    rates : sequence of float, optional
        False marks a film; by default 1/4, 1/2, 1 and 2.
    """

    def __init__(self, rates: tuple[float, ...] = FROC_RATES) -> None:
        super().__init__()
        self.rates = tuple(rates)

    def compute(self) -> float:
        """Return the mean sensitivity."""
        return self._over_all(lambda films: float(np.mean(froc_sensitivities(films, self.rates))))


class FirstMarkInBox(_Detections):
    """Fraction of films whose most suspicious mark is in a box; items as for :py:class:`LesionFroc`."""

    def compute(self) -> float:
        """Return the fraction."""
        return self._over_all(lambda films: float(np.mean([film.first_is_lesion for film in films])))
