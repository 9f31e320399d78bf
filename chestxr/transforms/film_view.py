"""Is it a frontal film of the chest, upright? The answer of a small network that sees the whole film."""

from collections.abc import Hashable, Mapping
from os import PathLike
from typing import Any

import numpy as np
import torch
from monai.config import NdarrayOrTensor
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_tensor
from torch import nn

from chestxr.networks.weights import read_weights

__all__ = [
    "LATERAL",
    "NO_CHEST",
    "TURNS",
    "ClassifyViewd",
    "in_orientation",
]

# Quarter turns clockwise. The network tells the turns of a frontal film from those of its mirror image, which follow.
TURNS = ("upright", "turned by 90 degrees clockwise", "upside down", "turned by 90 degrees anticlockwise")
# The network's further outputs.
LATERAL, NO_CHEST = 2 * len(TURNS), 2 * len(TURNS) + 1
_MIRROR_IMAGE = "looks like a mirror image: film stored mirrored, or dextrocardia"
_LATERAL_FILM = "a lateral film; expected a frontal one (PA or AP)"
_NO_CHEST_FILM = "not a frontal chest film (another part of the body, a part of a film, a negative?)"


def in_orientation(film: torch.Tensor, orientation: int) -> torch.Tensor:
    """
    Turn an upright film.

    Parameters
    ----------
    film : torch.Tensor, shape (1, W, H)
        Upright, the patient's right on the viewer's left.
    orientation : int
        From 0 to 3 index of :py:data:`TURNS`; from 4 to 7 the film is mirrored first, then turned.

    Returns
    -------
    torch.Tensor, shape (1, W, H) or (1, H, W)
    """
    if orientation >= len(TURNS):
        film = film.flip(1)
    # The first axis runs to the right and the second one down: from the first to the second is clockwise.
    return torch.rot90(film, orientation % len(TURNS), (1, 2))


class ClassifyViewd(MapTransform):
    """
    Dictionary-based check that a film is a frontal one of the chest, and upright.

    Adds ``frontal``, the probability of that, to the item's ``quality``. A film below the limit is no longer
    ``is_chest``, and ``quality_flags`` say what it is: turned or upside down, lateral, or no chest film. What was odd
    about lungs that are none is not repeated. ``mirrored`` is the probability that a frontal film is a mirror image:
    beyond its limit there is a warning only, since dextrocardia looks alike.

    Use it after :py:class:`LungQualityd`.

    Parameters
    ----------
    keys : str
        The film, (1, W, H), bone white, scaled to reach from 0 to 1, at the size that the network learnt from.
    network : torch.nn.Module
        Returns ten logits: :py:data:`TURNS`, those of the mirror image, lateral, no chest film.
    checkpoint : str or os.PathLike
        The network's weights, as ``torch.save`` writes a state dictionary.
    least_frontal : float, optional
        Limit of the probability below which a film is not taken for a frontal one.
    most_mirrored : float, optional
        Limit of the probability beyond which a frontal film is warned of as mirrored.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file holds no weights, or another network's.
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
        try:
            network.load_state_dict(read_weights(checkpoint))
        except RuntimeError as error:
            raise ValueError(
                f"{checkpoint}: weights of another network; expected those of the network that recognises frontal "
                "films; give the file view.pt that belongs to the bundle"
            ) from error
        self.network = network.cpu().eval()
        self.least_frontal = least_frontal
        self.most_mirrored = most_mirrored

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, Any]:
        """Return the item with what its view says."""
        film = convert_to_tensor(data[self.first_key(data)], dtype=torch.float32, track_meta=False).cpu()
        with torch.inference_mode():
            probability = self.network(film[None])[0].softmax(dim=0).numpy()
        # A film and its mirror image are turned alike.
        turned = probability[: len(TURNS)] + probability[len(TURNS) : LATERAL]
        frontal = float(turned[0])
        mirrored = float(probability[len(TURNS)] / turned[0]) if frontal else np.nan
        found = {"quality": data["quality"] | {"frontal": frontal, "mirrored": mirrored}}
        if frontal < self.least_frontal:
            what = _what_it_is(turned[1:], probability[LATERAL], probability[NO_CHEST])
            found |= {"is_chest": False, "quality_flags": what}
        elif mirrored > self.most_mirrored:
            found["quality_flags"] = "; ".join(filter(None, (data["quality_flags"], _MIRROR_IMAGE)))
        return dict(data) | found


def _what_it_is(turned: np.ndarray, lateral: float, no_chest: float) -> str:
    """Name the most probable of what is not frontal and upright."""
    if max(lateral, no_chest) < turned.max():
        return f"a film {TURNS[1 + turned.argmax()]}; expected it upright"
    return _LATERAL_FILM if lateral > no_chest else _NO_CHEST_FILM
