"""View classification: frontal and upright, rotated, mirrored, lateral, or no chest film."""

from collections.abc import Hashable, Mapping
from os import PathLike
from typing import Any

import numpy as np
import torch
from monai.config import NdarrayOrTensor
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_tensor
from torch import nn

from chestxr.networks.weights import load_weights

__all__ = [
    "LATERAL",
    "NO_CHEST",
    "TURNS",
    "ClassifyViewd",
    "in_orientation",
]

# Clockwise quarter turns. The first four outputs are the turns of a frontal film, the next four those of its mirror
# image.
TURNS = ("upright", "turned by 90 degrees clockwise", "upside down", "turned by 90 degrees anticlockwise")
LATERAL, NO_CHEST = 2 * len(TURNS), 2 * len(TURNS) + 1
_MIRROR_IMAGE = "looks like a mirror image: film stored mirrored, or dextrocardia"
_LATERAL_FILM = "a lateral film; expected a frontal one (PA or AP)"
_NO_CHEST_FILM = "not a frontal chest film (another part of the body, a part of a film, a negative?)"


def in_orientation(film: torch.Tensor, orientation: int) -> torch.Tensor:
    """
    Rotate an upright film, and mirror it if asked.

    Parameters
    ----------
    film : torch.Tensor, shape (1, W, H)
        An upright film, the patient's right on the viewer's left.
    orientation : int
        0 to 3: index of :py:data:`TURNS`. 4 to 7: the film is mirrored, then rotated by ``TURNS[orientation - 4]``.

    Returns
    -------
    torch.Tensor, shape (1, W, H) or (1, H, W)
    """
    if orientation >= len(TURNS):
        film = film.flip(1)
    # Axis 1 runs to the right and axis 2 down, so a rotation from axis 1 to axis 2 is clockwise.
    return torch.rot90(film, orientation % len(TURNS), (1, 2))


class ClassifyViewd(MapTransform):
    """
    Dictionary-based check that a film is an upright frontal chest film.

    Adds two probabilities to the item's ``quality``: ``frontal``, that the film is frontal and upright, and
    ``mirrored``, that a frontal film is a mirror image. If ``frontal`` is below its limit, ``is_chest`` becomes False,
    and ``quality_flags`` is replaced by the most probable view: rotated, upside down, lateral, or no chest film. If
    ``mirrored`` exceeds its limit, a warning is added only, since dextrocardia looks the same.

    Adds ``film_view`` as well, the view in words: "frontal", "frontal, perhaps mirrored", "upside down", "lateral" ...

    Use it after :py:class:`LungQualityd`.

    Parameters
    ----------
    keys : str
        The film, shape (1, W, H), bone white, scaled to the range 0 to 1, at the size that the network was trained on.
    network : torch.nn.Module
        Network that returns ten logits: :py:data:`TURNS`, the same for the mirror image, lateral, no chest film.
    checkpoint : str or os.PathLike
        State dictionary of the network, as written by ``torch.save``.
    least_frontal : float, optional
        Smallest probability ``frontal`` of an accepted film.
    most_mirrored : float, optional
        Largest probability ``mirrored`` without a warning.

    Raises
    ------
    FileNotFoundError
        If the checkpoint does not exist.
    ValueError
        If the checkpoint holds no weights, or those of another network.
    """

    backend = [TransformBackends.TORCH]

    def __init__(
        self,
        keys: str,
        network: nn.Module,
        checkpoint: str | PathLike,
        least_frontal: float = 0.5,
        most_mirrored: float = 0.5,
    ) -> None:
        super().__init__(keys)
        load_weights(network, checkpoint)
        self.network = network.cpu().eval()
        self.least_frontal = least_frontal
        self.most_mirrored = most_mirrored

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, Any]:
        """Return the item with ``quality``, and with ``is_chest`` and ``quality_flags`` updated."""
        film = convert_to_tensor(data[self.first_key(data)], dtype=torch.float32, track_meta=False).cpu()
        with torch.inference_mode():
            probability = self.network(film[None])[0].softmax(dim=0).numpy()
        # The same turn of a film and of its mirror image counts as one.
        turned = probability[: len(TURNS)] + probability[len(TURNS) : LATERAL]
        frontal = float(turned[0])
        mirrored = float(probability[len(TURNS)] / turned[0]) if frontal else np.nan
        found = {"quality": data["quality"] | {"frontal": frontal, "mirrored": mirrored}, "film_view": "frontal"}
        if frontal < self.least_frontal:
            view, what = _what_it_is(turned[1:], probability[LATERAL], probability[NO_CHEST])
            found |= {"is_chest": False, "quality_flags": what, "film_view": view}
        elif mirrored > self.most_mirrored:
            found["quality_flags"] = "; ".join(filter(None, (data["quality_flags"], _MIRROR_IMAGE)))
            found["film_view"] = "frontal, perhaps mirrored"
        return dict(data) | found


def _what_it_is(turned: np.ndarray, lateral: float, no_chest: float) -> tuple[str, str]:
    """Return the most probable view other than frontal and upright, and its flag."""
    if max(lateral, no_chest) < turned.max():
        turn = TURNS[1 + turned.argmax()]
        return turn, f"a film {turn}; expected it upright"
    return ("lateral", _LATERAL_FILM) if lateral > no_chest else ("not a frontal chest film", _NO_CHEST_FILM)
