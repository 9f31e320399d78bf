"""Save an image of every film with its lesion map and marks."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from ignite.engine import Engine, Events

from chestxr.io import read_film
from chestxr.io.result_files import LESIONS, result_file
from chestxr.transforms.lesion_marks import places_on_film
from chestxr.visualize.lesion_map import draw_lesions
from chestxr.visualize.overlay import picture_of_film
from chestxr.visualize.picture_file import write_picture

__all__ = ["LesionPictures", "lesion_picture"]


class LesionPictures:
    """
    Write ``<film>_lesions.png`` for every film: the lesion map in vermilion, and the likely marks in circles.

    The film is read again, since the transforms keep it only at the network's size.

    Parameters
    ----------
    output_dir : str or os.PathLike
        Folder to write to.
    likely : float, optional
        Smallest probability of a mark that is drawn.
    longest_side : int, optional
        Longer side of an image in pixels.
    """

    def __init__(self, output_dir: str | PathLike, likely: float = 0.5, longest_side: int = 1024) -> None:
        self.output_dir = Path(output_dir)
        self.likely = likely
        self.longest_side = longest_side

    def attach(self, evaluator: Engine) -> None:
        """Attach to an evaluator whose items contain ``lungs``, ``probability`` on their grid, and ``marks``."""
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self)

    def __call__(self, evaluator: Engine) -> None:
        """Write the pictures of the batch."""
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            film = read_film(source["image"].meta["filename_or_obj"])[0]
            picture = lesion_picture(film, source, result, self.likely, self.longest_side)
            write_picture(result_file(self.output_dir, source["film"], LESIONS), picture)


def lesion_picture(
    film: np.ndarray,
    source: Mapping[str, Any],
    result: Mapping[str, Any],
    likely: float,
    longest_side: int,
    boxes: Sequence[Sequence[float]] = (),
) -> np.ndarray:
    """
    Draw a film with its lesion map, its likely marks, and the boxes of a radiologist.

    Parameters
    ----------
    film : array_like, shape (W, H)
        The film.
    source, result : mapping
        The item before and after the network, with ``lungs``, ``probability`` and ``marks``.
    likely : float
        Smallest probability of a mark that is drawn.
    longest_side : int
        Longer side of the picture in pixels.
    boxes : sequence of sequence of float, optional
        Left, top, right, bottom in pixels of the film.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3), uint8
    """
    size = np.array(np.shape(film), dtype=float)
    probability = result["probability"][0].cpu().numpy() * (source["lungs"][0].cpu().numpy() > 0)
    corners = places_on_film(np.array([[-0.5, -0.5], np.array(probability.shape) - 0.5]), source["lungs"]) / size
    frame = tuple(corners.clip(0, 1).ravel().tolist())
    marks = [mark for mark in result["marks"] if mark.probability >= likely]
    shares = np.asarray(boxes, dtype=float).reshape(-1, 4) / np.tile(size, 2)
    return draw_lesions(picture_of_film(film, longest_side), probability, frame, marks, size.tolist(), shares.tolist())
