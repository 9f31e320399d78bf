"""Show the films with the lowest Dice in TensorBoard."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from monai.metrics import compute_dice
from PIL import Image, ImageDraw

from chestxr.visualize.overlay import overlay_lungs, picture_of_film

from .item_names import film_of
from .worst_items import WorstItem, WorstItems

__all__ = ["WorstFilms"]


class WorstFilms(WorstItems):
    """
    Write the films with the lowest Dice to TensorBoard: film, ground truth and prediction side by side.

    Its evaluator has items with ``image``, and ``label`` and ``pred`` as lung channels. Parameters are those of
    :py:class:`WorstItems`.
    """

    def quality(self, result: Mapping[str, Any]) -> float:
        """Return the Dice of both lungs."""
        return compute_dice(result["pred"][None, :1], result["label"][None, :1]).item()

    def draw(self, worst: list[WorstItem]) -> np.ndarray:
        """Draw one film below the other."""
        return np.concatenate([_draw(item) for item in worst])


def _draw(item: WorstItem) -> np.ndarray:
    """Draw film, ground truth and prediction side by side, (height, width, 3)."""
    picture = picture_of_film(item.source["image"][0].cpu().numpy(), longest_side=384)
    panels = [
        picture,
        overlay_lungs(picture, _label_map(item.result["label"])),
        overlay_lungs(picture, _label_map(item.result["pred"])),
    ]
    row = Image.fromarray(np.concatenate(panels, axis=1))
    captions = (film_of(item.source), "truth", f"prediction, Dice {item.quality:.3f}")
    for number, caption in enumerate(captions):
        ImageDraw.Draw(row).text((number * picture.shape[1] + 6, 4), caption, fill=(255, 255, 255), font_size=14)
    return np.asarray(row)


def _label_map(channels: torch.Tensor) -> np.ndarray:
    """Convert the channels both, right and left lung to a label map (W, H)."""
    _, right, left = channels.cpu().numpy()
    return (right + 2 * left).astype(np.uint8)
