"""All features of one film under its lung mask."""

import hashlib
import json
from os import PathLike
from pathlib import Path

import numpy as np

from .differences import DIFFERENCES, region_differences
from .engine import DEFAULT_SETTINGS, FeatureEngine
from .lung_frame import lung_frame
from .regions import LUNGS, REGIONS, lung_regions
from .size_normalisation import SIZELESS_SHAPE, normalise_size

__all__ = ["FilmFeatures"]

# Raised when the code comes to give other values for the same settings: results of older code are then not mixed in.
_REVISION = 1


class FilmFeatures:
    """
    Measure a film's lungs: both, each, six zones, and how these differ.

    Parameters
    ----------
    settings : str or os.PathLike, optional
        Parameter file in pyradiomics' own YAML form.
    frame_size : int, optional
        Side in pixels of the square that the lungs are brought to; see :py:func:`lung_frame`.
    margin : float, optional
        Margin around the lungs, as a share of their width and height.
    percentiles : tuple of float, optional
        Percentiles of the lungs' pixels that become 0 and 1.

    Attributes
    ----------
    names : tuple of str
        Names of the features, ``region.image.family.Feature``. Images of the lungs' ranks are ``rank`` and
        ``rank-log-...``.
    settings_hash : str
        SHA-256 over everything that the values depend on beside film and mask.
    """

    def __init__(
        self,
        settings: str | PathLike = DEFAULT_SETTINGS,
        frame_size: int = 128,
        margin: float = 0.05,
        percentiles: tuple[float, float] = (1.0, 99.0),
    ) -> None:
        self._engine = FeatureEngine(settings)
        self._frame = {"size": frame_size, "margin": margin, "percentiles": tuple(percentiles)}
        measured = [
            name for name in self._engine.feature_names if ".shape2D." not in name and not name.endswith(".TotalEnergy")
        ]
        self._texture = measured + [_of_ranks(name) for name in measured]
        self.names = tuple(
            [f"{region}.original.shape2D.{name}" for region in ("lungs", *LUNGS) for name in SIZELESS_SHAPE]
            + [f"{region}.{name}" for region in (*REGIONS, *DIFFERENCES) for name in self._texture]
        )
        described = {"settings": Path(settings).read_text(), "frame": self._frame, "revision": _REVISION}
        self.settings_hash = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()

    def __call__(self, film: np.ndarray, labels: np.ndarray) -> dict[str, float]:
        """
        Measure one film.

        Parameters
        ----------
        film : numpy.ndarray, shape (W, H)
            Bone white, any unit.
        labels : numpy.ndarray, shape (W, H), integer
            0 background, 1 right lung, 2 left lung.

        Returns
        -------
        dict of str to float
            The features, in the order of `names`; NaN for a region that is missing.

        Raises
        ------
        ValueError
            As :py:func:`lung_frame` does.
        """
        frame = lung_frame(film, labels, **self._frame)
        regions = lung_regions(frame.labels)
        measured, of_ranks = self._engine(frame.film, regions), self._engine(frame.ranks, regions)
        found = {f"{region}.{name}": value for region, name, value in normalise_size(measured, regions)}
        found |= {f"{region}.{_of_ranks(name)}": value for region, name, value in normalise_size(of_ranks, regions)}
        texture = {region: np.array([found[f"{region}.{name}"] for name in self._texture]) for region in regions}
        for difference, values in region_differences(texture).items():
            found |= zip((f"{difference}.{name}" for name in self._texture), values.tolist(), strict=True)
        return {name: found.get(name, np.nan) for name in self.names}


def _of_ranks(name: str) -> str:
    """Name a feature of the ranks after the same feature of the intensities."""
    return name.replace("original.", "rank.", 1) if name.startswith("original.") else f"rank-{name}"
