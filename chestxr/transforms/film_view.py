"""Is it a frontal film of the chest, upright? The answer of a small network that sees the whole film."""

from collections.abc import Hashable, Mapping
from os import PathLike

import numpy as np
import torch
from monai.config import NdarrayOrTensor
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_tensor
from torch import nn

__all__ = [
    "LATERAL",
    "NO_CHEST",
    "ORIENTATIONS",
    "ClassifyViewD",
    "ClassifyViewDict",
    "ClassifyViewd",
    "in_orientation",
]

# The eight orientations of a frontal film: quarter turns clockwise, then the same of its mirror image.
ORIENTATIONS = (
    *("upright", "turned by 90 degrees clockwise", "upside down", "turned by 90 degrees anticlockwise"),
    *("mirrored", "mirrored and turned by 90 degrees clockwise", "mirrored and upside down"),
    "mirrored and turned by 90 degrees anticlockwise",
)
# The network's further outputs.
LATERAL, NO_CHEST = len(ORIENTATIONS), len(ORIENTATIONS) + 1
_UPRIGHT, _MIRRORED = 0, 4
_LATERAL_FILM = "a lateral film; expected a frontal one (PA or AP)"
_NO_CHEST_FILM = "not a frontal chest film (another part of the body, a part of a film, a picture?)"


def in_orientation(film: torch.Tensor, orientation: int) -> torch.Tensor:
    """
    Turn an upright film.

    Parameters
    ----------
    film : torch.Tensor, shape (1, W, H)
        Upright, the patient's right on the viewer's left.
    orientation : int
        Index of :py:data:`ORIENTATIONS`: mirrored first, then turned.

    Returns
    -------
    torch.Tensor, shape (1, W, H) or (1, H, W)
    """
    if orientation >= _MIRRORED:
        film = film.flip(1)
    # The first axis runs to the right and the second one down: from the first to the second is clockwise.
    return torch.rot90(film, orientation % 4, (1, 2))


class ClassifyViewd(MapTransform):
    """
    Dictionary-based check that a film is a frontal one of the chest, and upright.

    Adds ``frontal``, the probability of that, to the item's ``quality``. A film below the limit is no longer
    ``is_chest``, and what it is stands first in ``quality_flags``: turned or upside down, lateral, or no chest film. A
    mirror image passes: the heart's side says more of it (:py:class:`LungQuality`), and dextrocardia looks alike.

    Use it after :py:class:`LungQualityd`.

    Parameters
    ----------
    keys : str
        The film, (1, W, H), bone white, scaled to reach from 0 to 1, at the size that the network learnt from.
    network : torch.nn.Module
        Returns ten logits: :py:data:`ORIENTATIONS`, lateral, no chest film.
    checkpoint : str or os.PathLike
        The network's weights, as ``torch.save`` writes a state dictionary.
    least_frontal : float, optional
        Limit of the probability below which a film is not taken for a frontal one.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    RuntimeError
        If the weights are another network's.
    """

    backend = [TransformBackends.TORCH]

    def __init__(self, keys: str, network: nn.Module, checkpoint: str | PathLike, least_frontal: float = 0.5) -> None:
        super().__init__(keys)
        network.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True))
        self.network = network.cpu().eval()
        self.least_frontal = least_frontal

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, object]:
        """Return the item with what its view says."""
        film = convert_to_tensor(data[self.first_key(data)], dtype=torch.float32, track_meta=False).cpu()
        with torch.inference_mode():
            probability = self.network(film[None])[0].softmax(dim=0).numpy()
        frontal = float(probability[_UPRIGHT] + probability[_MIRRORED])
        found = {"quality": data["quality"] | {"frontal": frontal}}
        if frontal < self.least_frontal:
            flags = "; ".join(filter(None, (_what_it_is(probability), data["quality_flags"])))
            found |= {"is_chest": False, "quality_flags": flags}
        return dict(data) | found


def _what_it_is(probability: np.ndarray) -> str:
    """Name the most probable of what is not frontal and upright."""
    probability = probability.copy()
    probability[[_UPRIGHT, _MIRRORED]] = 0
    likeliest = int(probability.argmax())
    if likeliest == LATERAL:
        return _LATERAL_FILM
    if likeliest == NO_CHEST:
        return _NO_CHEST_FILM
    return f"a film {ORIENTATIONS[likeliest]}; expected it upright"


ClassifyViewD = ClassifyViewDict = ClassifyViewd
