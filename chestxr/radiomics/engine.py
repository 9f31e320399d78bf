"""Two-dimensional pyradiomics features of several regions of one film."""

from collections.abc import Mapping, Sequence
from functools import cache
from os import PathLike
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from radiomics import imageoperations
from radiomics.featureextractor import RadiomicsFeatureExtractor

from .binned_region import BinnedRegion
from .first_order import first_order
from .texture import feature_names_of, texture

__all__ = ["DEFAULT_SETTINGS", "SCREENING_SETTINGS", "FeatureEngine"]

DEFAULT_SETTINGS = Path(__file__).parent / "settings.yaml"
SCREENING_SETTINGS = Path(__file__).parent / "screening_settings.yaml"
# Settings that silently give wrong values in two dimensions, or undo the normalisation by the lungs.
_REFUSED = ("force2D", "normalize", "resampledPixelSpacing", "voxelBased", "resegmentRange")


class FeatureEngine:
    """
    Extract pyradiomics features from regions of a film.

    The values equal those of ``RadiomicsFeatureExtractor.execute`` for each region. For speed, the film is filtered
    once for all regions, each region is cropped and discretised once for all feature classes, first-order features are
    computed from values that are sorted once, and the formulas of texture are evaluated once for all regions.

    Parameters
    ----------
    settings : str or os.PathLike, optional
        Parameter file of pyradiomics, in YAML.
    shape : bool, optional
        Whether to compute the shape features that the settings enable: they are the same on every image of a film.

    Attributes
    ----------
    feature_names : tuple of str
        Names of the features, ``image.family.Feature``.

    Raises
    ------
    ValueError
        If the file is no parameter file of pyradiomics, or has a setting that is silently wrong in two dimensions.
    """

    def __init__(self, settings: str | PathLike = DEFAULT_SETTINGS, shape: bool = True) -> None:
        try:
            self._extractor = RadiomicsFeatureExtractor(str(settings), additionalInfo=False)
        except Exception as error:
            raise ValueError(f"{settings}: not a parameter file of pyradiomics ({error})") from error
        refused = [name for name in _REFUSED if self._extractor.settings.get(name)]
        if refused:
            raise ValueError(f"{settings}: {', '.join(refused)} must be left out; films are measured in two dimensions")
        if not shape:
            self._extractor.enabledFeatures.pop("shape2D", None)
        self.feature_names = tuple(self._measure_phantom())

    def __call__(self, film: np.ndarray, regions: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
        """
        Extract the features of each region.

        Parameters
        ----------
        film : numpy.ndarray, shape (W, H)
            Intensities; distances are in pixels of this array.
        regions : mapping of str to numpy.ndarray, shape (W, H), bool
            Masks by name.

        Returns
        -------
        dict of str to dict of str to float
            Features of each region, in the order of `feature_names`. NaN where pyradiomics returns NaN.

        Raises
        ------
        ValueError
            If a region is empty or a line, or has more than 1000 grey levels.
        RuntimeError
            If pyradiomics returns other features than it did for the phantom in the constructor.
        """
        values = self._measure(film, regions)
        for name, features in values.items():
            if tuple(features) != self.feature_names:
                raise RuntimeError(
                    f"{name}: {len(features)} features; expected the {len(self.feature_names)} of these settings"
                )
        return values

    def _measure(self, film: np.ndarray, regions: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
        settings = self._extractor.settings
        image = sitk.GetImageFromArray(np.ascontiguousarray(film.T, dtype=np.float64))
        boxes = {name: _bounding_box(name, region) for name, region in regions.items()}
        values = {name: self._shape(image, region, boxes[name]) for name, region in regions.items()}
        cropped = {name: _crop(region.T, boxes[name]) for name, region in regions.items()}
        for image_type, own in self._extractor.enabledImagetypes.items():
            filtering = getattr(imageoperations, f"get{image_type}Image")
            for filtered, image_name, kwargs in filtering(image, None, **(settings | own)):
                pixels = sitk.GetArrayViewFromImage(filtered)
                binned = [BinnedRegion(_crop(pixels, boxes[name]), mask, kwargs) for name, mask in cropped.items()]
                for name, found in zip(cropped, self._families(binned), strict=True):
                    values[name] |= {f"{image_name}_{key}": value for key, value in found.items()}
        return {name: {_short(key): float(value) for key, value in found.items()} for name, found in values.items()}

    def _shape(self, image: sitk.Image, region: np.ndarray, box: np.ndarray) -> dict[str, float]:
        """Compute the shape features of a region, if the settings enable them."""
        if "shape2D" not in self._extractor.enabledFeatures:
            return {}
        mask = sitk.GetImageFromArray(region.T.astype(np.uint32))
        return self._extractor.computeShape(image, mask, box, **self._extractor.settings)

    def _families(self, regions: Sequence[BinnedRegion]) -> list[dict[str, float]]:
        """Compute the features of all enabled classes except shape, for each region."""
        values: list[dict[str, float]] = [{} for _ in regions]
        for family, names in self._extractor.enabledFeatures.items():
            if family.startswith("shape"):
                continue
            for features, found in zip(values, _family(family, regions, names), strict=True):
                features |= {f"{family}_{name}": value for name, value in found.items()}
        return values

    def _measure_phantom(self) -> dict[str, float]:
        noise = np.random.default_rng(0).random((64, 64))
        disc = np.hypot(*np.mgrid[-32:32, -32:32]) < 24
        return self._measure(noise, {"disc": disc})["disc"]


def _family(family: str, regions: Sequence[BinnedRegion], names: list[str] | None) -> list[dict[str, float]]:
    if family != "firstorder":
        return texture(family, regions, names)
    asked = feature_names_of(family, names)
    found = [first_order(region.values, region.settings) for region in regions]
    return [{name: features[name] for name in asked} for features in found]


def _bounding_box(name: str, region: np.ndarray) -> np.ndarray:
    """
    Return the first and last pixel of a region along each axis, as pyradiomics' ``checkMask`` does.

    ``checkMask`` computes label statistics over the whole film for every region of every image, which is slow.
    """
    sides = [np.flatnonzero(region.any(axis=1 - axis)) for axis in (0, 1)]
    if any(len(side) < 2 for side in sides):
        raise ValueError(f"{name}: {int(region.sum())} pixels in a line or none; expected a region of two dimensions")
    return np.array([end for side in sides for end in (side[0], side[-1])])


def _crop(pixels: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Crop an image (rows, columns) to a bounding box."""
    first_column, last_column, first_row, last_row = box
    return pixels[first_row : last_row + 1, first_column : last_column + 1]


@cache
def _short(name: str) -> str:
    """Convert a feature name to ``image.family.Feature``; pyradiomics labels the LoG sigma as mm, here it is pixels."""
    image, family, feature = name.split("_")
    image = image.removesuffix("-mm-3D").replace("-sigma", "")
    if image.startswith("log-"):
        image = "log-" + image[4:].replace("-0", "").replace("-", "_") + "px"
    return f"{image}.{family}.{feature}"
