"""Save an image of each lung zone's contribution to the score."""

from os import PathLike
from pathlib import Path

from ignite.engine import Engine, Events

from chestxr.io.result_files import ZONE_MAP, result_file
from chestxr.visualize.overlay import overlay_lungs, picture_of_film
from chestxr.visualize.picture_file import write_picture
from chestxr.visualize.zone_map import draw_zone_map

__all__ = ["ZoneMaps"]


class ZoneMaps:
    """
    Write ``<film>_zones.png`` for every film with a score; vermilion zones raise it, blue zones lower it.

    Parameters
    ----------
    output_dir : str or os.PathLike
        Folder to write to.
    longest_side : int, optional
        Longer side of an image in pixels.
    """

    def __init__(self, output_dir: str | PathLike, longest_side: int = 1024) -> None:
        self.output_dir = Path(output_dir)
        self.longest_side = longest_side

    def attach(self, evaluator: Engine) -> None:
        """Attach to an evaluator whose items contain ``screening``, ``lungs`` and the film at its original size."""
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self)

    def __call__(self, evaluator: Engine) -> None:
        """Write the zone maps of the batch."""
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            if not result["screening"]["zones"]:
                continue
            lungs = result["lungs"][0].cpu().numpy()
            picture = overlay_lungs(picture_of_film(source["film_image"][0].numpy(), self.longest_side), lungs)
            zones = draw_zone_map(picture, lungs, result["screening"]["zones"])
            write_picture(result_file(self.output_dir, source["film"], ZONE_MAP), zones)
