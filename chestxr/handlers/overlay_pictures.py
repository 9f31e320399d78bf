"""Save an image of every film with its lung contours and lesion marks."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import numpy as np
from ignite.engine import Engine, Events
from monai.data import MetaTensor

from chestxr.io import read_film
from chestxr.io.result_files import OVERLAY, result_file
from chestxr.visualize.marks import draw_marks
from chestxr.visualize.overlay import overlay_lungs, picture_of_film
from chestxr.visualize.picture_file import write_picture

__all__ = ["OverlayPictures"]


class OverlayPictures:
    """
    Write ``<film>_overlay.png`` for every film, with lung contours (right orange, left blue).

    The likely lesion marks of a screened film are circled, with their probabilities.

    The film is read again if the transforms kept it only at the network's size.

    Parameters
    ----------
    output_dir : str or os.PathLike
        Folder to write to.
    longest_side : int, optional
        Longer side of an image in pixels.
    film_key : str or None, optional
        Key of the film at its original size, (1, W, H); if None the film is read again.
    """

    def __init__(self, output_dir: str | PathLike, longest_side: int = 1024, film_key: str | None = None) -> None:
        self.output_dir = Path(output_dir)
        self.longest_side = longest_side
        self.film_key = film_key

    def attach(self, evaluator: Engine) -> None:
        """Attach to an evaluator whose items hold ``lungs``, their label map."""
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self)

    def __call__(self, evaluator: Engine) -> None:
        """Write the overlays of the batch."""
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            film, lungs = self._film(source), result["lungs"][0].cpu().numpy()
            picture = overlay_lungs(picture_of_film(film, self.longest_side), lungs)
            if "screening" in result:
                picture = draw_marks(picture, result["screening"]["marks"], film.shape)
            write_picture(result_file(self.output_dir, source["film"], OVERLAY), picture)

    def _film(self, source: Mapping[str, MetaTensor]) -> np.ndarray:
        if self.film_key:
            return source[self.film_key][0].numpy()
        return read_film(source["image"].meta["filename_or_obj"])[0]
