"""Noise level of a film: a warning for grainy films and for films without fine detail."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from monai.config import NdarrayOrTensor
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_numpy
from skimage.restoration import estimate_sigma

__all__ = ["FilmNoised"]

_UNLIKE_TRAINING = "than on the films that the classifier was trained on"
_GRAINY = f"more noise {_UNLIKE_TRAINING}: its score may mislead"
_SMOOTH = f"less fine detail {_UNLIKE_TRAINING} (blur, compression?): its score may mislead"


class FilmNoised(MapTransform):
    """
    Dictionary-based estimate of a film's noise.

    Adds ``noise`` to ``quality``: the standard deviation of the finest diagonal details of a wavelet transform
    (Donoho and Johnstone 1994, doi 10.1093/biomet/81.3.425), by :py:func:`skimage.restoration.estimate_sigma`. Beyond
    its limits, a warning is added to ``quality_flags``: noise looks like many small lesions, blur hides them, and
    neither changes the segmentation of the lungs. Images that are no frontal chest films get none: they have no score.
    Use it after :py:class:`LungQualityd` and :py:class:`ClassifyViewd`.

    All 640 training films of the shipped classifier are within the default limits;
    ``tools/experiments/quality_limits.py`` measures it.

    Parameters
    ----------
    keys : str
        The film, shape (1, W, H), scaled to the range 0 to 1, at the size for which the limits hold, 256 x 256.
    least, most : float, optional
        Limits, fractions of the range.
    """

    backend = [TransformBackends.NUMPY]

    def __init__(self, keys: str, least: float = 0.0015, most: float = 0.015) -> None:
        super().__init__(keys)
        self.least = least
        self.most = most

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, Any]:
        """Return the item with ``quality`` and ``quality_flags`` updated."""
        film = convert_to_numpy(data[self.first_key(data)])[0].astype(np.float64)
        # The estimate leaves out zeros, and has no value for a film of one grey level.
        noise = float(estimate_sigma(film)) if np.ptp(film) else 0.0
        flag = _GRAINY if noise > self.most else _SMOOTH if noise < self.least else ""
        return dict(data) | {
            "quality": data["quality"] | {"noise": noise},
            "quality_flags": "; ".join(filter(None, (data["quality_flags"], flag if data["is_chest"] else ""))),
        }
