"""Show the films with the worst lesion marks in TensorBoard."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from monai.utils import convert_to_numpy
from PIL import Image, ImageDraw

from chestxr.io import read_film
from chestxr.metrics.lesions import match_marks

from .item_names import film_of
from .lesion_pictures import lesion_picture
from .worst_items import WorstItem, WorstItems

__all__ = ["WorstLesionFilms"]

_LONGEST_SIDE = 512


class WorstLesionFilms(WorstItems):
    """
    Write the films with the worst marks to TensorBoard: lesion map and marks, and the radiologist's boxes in green.

    Films are ordered by the probability of the best mark in a box minus that of the best mark outside. Its evaluator
    has items with ``lungs``, ``probability``, ``marks`` and ``true_boxes``. Parameters are those of
    :py:class:`WorstItems`.
    """

    def quality(self, result: Mapping[str, Any]) -> float:
        """Return the margin of the marks."""
        return match_marks(result["marks"], convert_to_numpy(result["true_boxes"])).margin

    def draw(self, worst: list[WorstItem]) -> np.ndarray:
        """Draw films side by side."""
        return np.concatenate([_draw(item) for item in worst], axis=1)


def _draw(item: WorstItem) -> np.ndarray:
    """Draw a film in a square, (side, side, 3)."""
    film = read_film(item.source["image"].meta["filename_or_obj"])[0]
    boxes = convert_to_numpy(item.result["true_boxes"])
    drawn = lesion_picture(film, item.source, item.result, likely=0.1, longest_side=_LONGEST_SIDE, boxes=boxes)
    square = Image.new("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
    square.paste(Image.fromarray(drawn))
    caption = f"{film_of(item.source)}, margin {item.quality:+.2f}"
    ImageDraw.Draw(square).text((6, 4), caption, fill="white", font_size=14, stroke_width=2, stroke_fill="black")
    return np.asarray(square)
