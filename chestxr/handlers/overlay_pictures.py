"""A picture beside every mask: the film with its lungs outlined."""

from os import PathLike
from pathlib import Path

from ignite.engine import Engine, Events
from PIL import Image

from chestxr.io import read_film, whole_file
from chestxr.report.overlay import overlay_lungs, picture_of_film

__all__ = ["OverlayPictures"]


class OverlayPictures:
    """
    Write ``<film>_overlay.png`` for every film, its lungs outlined: orange the right one, blue the left one.

    The film is read a second time, since the chain has only kept it at the network's size.

    Parameters
    ----------
    output_dir : str or os.PathLike
        Folder to write to.
    longest_side : int, optional
        Length in pixels of a picture's longer side.
    """

    def __init__(self, output_dir: str | PathLike, longest_side: int = 1024) -> None:
        self.output_dir = Path(output_dir)
        self.longest_side = longest_side

    def attach(self, evaluator: Engine) -> None:
        """Attach to an evaluator whose items hold ``pred``, a label map of the lungs."""
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self)

    def __call__(self, evaluator: Engine) -> None:
        """Write the pictures of the films just segmented."""
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            film, _ = read_film(source["image"].meta["filename_or_obj"])
            picture = picture_of_film(film, self.longest_side)
            outlined = overlay_lungs(picture, result["pred"][0].cpu().numpy())
            with whole_file(self.output_dir / f"{source['film']}_overlay.png") as partial:
                Image.fromarray(outlined).save(partial)
