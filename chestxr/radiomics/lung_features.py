"""Radiomic features as a MONAI transform."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from monai.config import NdarrayOrTensor
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_data_type

from .film_features import FilmFeatures

__all__ = ["LungFeaturesd"]


class LungFeaturesd(MapTransform):
    """
    Dictionary-based version of :py:class:`FilmFeatures`.

    Adds ``features``, a dictionary of name to value, and ``features_error``, None or the ValueError of a film without
    features. It does not raise the error, so that a film that cannot be measured does not stop the others.

    Parameters
    ----------
    keys : str
        The film, shape (1, W, H), bone white.
    lungs_key : str, optional
        Key of the label map, shape (1, W, H): 0 background, 1 right lung, 2 left lung.
    **measuring
        As for :py:class:`FilmFeatures`: settings, frame sizes and scales.

    Raises
    ------
    ValueError
        If the settings are invalid.
    """

    backend = [TransformBackends.NUMPY]

    def __init__(
        self,
        keys: str,
        lungs_key: str = "lungs",
        **measuring: Any,
    ) -> None:
        super().__init__(keys)
        self.lungs_key = lungs_key
        self.measure = FilmFeatures(**measuring)

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, Any]:
        """Return the item with ``features`` and ``features_error``."""
        film, lungs = (convert_data_type(data[key], np.ndarray)[0][0] for key in (self.first_key(data), self.lungs_key))
        try:
            return dict(data) | {"features": self.measure(film, lungs.astype(np.uint8)), "features_error": None}
        except ValueError as error:
            return dict(data) | {"features": {}, "features_error": error}
