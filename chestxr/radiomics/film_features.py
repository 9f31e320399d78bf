"""All radiomic features of one film."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from chestxr.utils.lung_regions import HALF_ZONES, LUNGS, REGIONS, half_zones, lung_regions

from .differences import DIFFERENCES, HALF_ZONE_DIFFERENCES, region_differences
from .engine import DEFAULT_SETTINGS, FeatureEngine
from .fine_structure import FINE_SETTINGS, curvature_images, inner_lungs
from .lung_coordinates import LungFrame, lung_frames
from .size_normalisation import SIZELESS_SHAPE, normalise_size

__all__ = ["FilmFeatures"]

# Increased when a change of the code changes values for the same settings, so that old and new results are not mixed.
_REVISION = 2
_WITH_SHAPE = ("lungs", *LUNGS)
_IMAGES = ("original", "rank")


class FilmFeatures:
    """
    Extract features of both lungs, each lung, six zones, and the differences between them.

    Texture is computed on intensities and on ranks, in a coarse lung frame. Fine structure is computed on curvature
    images of both, in a finer lung frame, and for the halves of the zones as well, unless regions are chosen.

    Parameters
    ----------
    settings : str or os.PathLike, optional
        Parameter file of pyradiomics for texture, in YAML.
    frame_size : int, optional
        Side in pixels of the square lung frame for texture; see :py:func:`lung_frame`.
    margin : float, optional
        Margin around the lungs, as a fraction of their width and height.
    percentiles : tuple of float, optional
        Percentiles of the lungs' intensities that become 0 and 1.
    fine_settings : str or os.PathLike, optional
        Parameter file of pyradiomics for fine structure, without shape features.
    fine_frame_size : int, optional
        Side in pixels of the square lung frame for fine structure.
    fine_scales : sequence of float, optional
        Scales of the curvature images, in pixels of that frame; see :py:func:`curvature_images`.
    regions : sequence of str or None, optional
        Measure only these regions, some of ``REGIONS``, and no differences; None for everything.
    images : sequence of str, optional
        What to measure: the intensities ("original"), with the shape, their ranks ("rank"), or both.

    Attributes
    ----------
    names : tuple of str
        Names of the features, ``region.image.family.Feature``. Rank images are ``rank`` and ``rank-log-...``,
        curvature images ``hessian-...`` and ``rank-hessian-...``.
    settings_hash : str
        SHA-256 of everything except film and mask that the values depend on.

    Raises
    ------
    ValueError
        As :py:class:`FeatureEngine` does, or if a region or an image is unknown.
    """

    def __init__(
        self,
        settings: str | PathLike = DEFAULT_SETTINGS,
        frame_size: int = 128,
        margin: float = 0.05,
        percentiles: tuple[float, float] = (1.0, 99.0),
        fine_settings: str | PathLike = FINE_SETTINGS,
        fine_frame_size: int = 384,
        fine_scales: Sequence[float] = (1.0, 2.0),
        regions: Sequence[str] | None = None,
        images: Sequence[str] = _IMAGES,
    ) -> None:
        if unknown := set(images) - set(_IMAGES):
            raise ValueError(f"images: found {sorted(unknown)[0]!r}; expected some of {', '.join(_IMAGES)}")
        if unknown := set(regions or ()) - set(REGIONS):
            raise ValueError(f"regions: found {sorted(unknown)[0]!r}; expected some of {', '.join(REGIONS)}")
        self._images = tuple(name for name in _IMAGES if name in images)
        self._regions = None if regions is None else tuple(name for name in REGIONS if name in regions)
        self._engines = {name: FeatureEngine(settings, shape=name == "original") for name in self._images}
        self._fine_engine = FeatureEngine(fine_settings)
        self._scaling: dict[str, Any] = {"margin": margin, "percentiles": tuple(percentiles)}
        self._sizes, self._fine_scales = (frame_size, fine_frame_size), tuple(fine_scales)
        texture = [name for image, engine in self._engines.items() for name in _names(engine, [image])]
        fine = _names(self._fine_engine, self._curvature({name: np.zeros((8, 8)) for name in self._images}))
        measured = self._regions or (*REGIONS, *DIFFERENCES)
        has_shape = any(".shape2D." in name for engine in self._engines.values() for name in engine.feature_names)
        shape = SIZELESS_SHAPE if has_shape else ()
        only_fine = () if self._regions else (*HALF_ZONES, *HALF_ZONE_DIFFERENCES)
        self.names = tuple(
            [f"{lungs}.original.shape2D.{name}" for lungs in _WITH_SHAPE if lungs in measured for name in shape]
            + [f"{region}.{name}" for region in measured for name in [*texture, *fine]]
            + [f"{region}.{name}" for region in only_fine for name in fine]
        )
        described = {"settings": [Path(path).read_text() for path in (settings, fine_settings)], "revision": _REVISION}
        described |= self._scaling | {"sizes": self._sizes, "fine_scales": self._fine_scales}
        described |= {"regions": self._regions} if self._regions else {}
        described |= {"images": self._images} if self._images != _IMAGES else {}
        self.settings_hash = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()

    def __call__(self, film: np.ndarray, labels: np.ndarray) -> dict[str, float]:
        """
        Extract the features of one film.

        Parameters
        ----------
        film : numpy.ndarray, shape (W, H)
            Intensities, bone white, any unit.
        labels : numpy.ndarray, shape (W, H), integer
            Label map: 0 background, 1 right lung, 2 left lung.

        Returns
        -------
        dict of str to float
            The features, in the order of `names`; NaN for a missing region.

        Raises
        ------
        ValueError
            As :py:func:`lung_frame` does.
        """
        coarse, fine = lung_frames(film, labels, self._sizes, **self._scaling)
        found: dict[str, float] = {}
        regions = lung_regions(coarse.labels)
        for name, tone in self._tones(coarse).items():
            found |= _measure(self._engines[name], {name: tone}, regions, self._regions)
        inner = lung_regions(inner_lungs(fine.labels))
        halves = {} if self._regions else half_zones(inner)
        found |= _measure(self._fine_engine, self._curvature(self._tones(fine)), inner | halves, self._regions)
        return {name: found.get(name, np.nan) for name in self.names}

    def _tones(self, frame: LungFrame) -> dict[str, np.ndarray]:
        """Return the intensities and their ranks, as far as they are measured."""
        tones = {"original": frame.film, "rank": frame.ranks}
        return {name: tones[name] for name in self._images}

    def _curvature(self, tones: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the curvature images of the intensities and of the ranks."""
        return {
            name if tone == "original" else f"{tone}-{name}": image
            for tone, pixels in tones.items()
            for name, image in curvature_images(pixels, self._fine_scales).items()
        }


def _measure(
    engine: FeatureEngine,
    images: Mapping[str, np.ndarray],
    regions: Mapping[str, np.ndarray],
    wanted: Sequence[str] | None,
) -> dict[str, float]:
    """Extract the features of all or some regions on several images, and the differences between them."""
    found: dict[str, float] = {}
    masks = {name: mask for name, mask in regions.items() if wanted is None or name in wanted}
    for image, pixels in images.items():
        measured = normalise_size(engine(pixels, masks), regions)
        found |= {f"{region}.{_of_image(name, image)}": value for region, name, value in measured}
    names = _names(engine, images)
    values = {region: np.array([found[f"{region}.{name}"] for name in names]) for region in masks}
    for difference, between in region_differences(values).items():
        found |= zip((f"{difference}.{name}" for name in names), between.tolist(), strict=True)
    return found


def _names(engine: FeatureEngine, images: Iterable[str]) -> list[str]:
    """Return the feature names of images, without shape, and without total energy, which equals energy here."""
    kept = [name for name in engine.feature_names if ".shape2D." not in name and not name.endswith(".TotalEnergy")]
    return [_of_image(name, image) for image in images for name in kept]


@cache
def _of_image(name: str, image: str) -> str:
    """Return the name of a feature with the image's name in place of ``original``."""
    if image == "original":
        return name
    return name.replace("original.", f"{image}.", 1) if name.startswith("original.") else f"{image}-{name}"
