"""pyradiomics on one film in two dimensions: every image it filters, every region."""

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from radiomics import imageoperations
from radiomics.featureextractor import RadiomicsFeatureExtractor

from .first_order import first_order
from .texture import BinnedRegion, feature_names_of, texture

__all__ = ["DEFAULT_SETTINGS", "FeatureEngine"]

DEFAULT_SETTINGS = Path(__file__).parent / "settings.yaml"
# Settings that give wrong values in two dimensions without a word, or undo the lungs' own intensity scale.
_REFUSED = ("force2D", "normalize", "resampledPixelSpacing", "voxelBased", "resegmentRange")


class FeatureEngine:
    """
    Measure regions of a film with pyradiomics.

    The values are those of ``RadiomicsFeatureExtractor.execute`` for each region. The film is filtered once for all
    regions, each region is cropped and binned once for all families of features, and first-order features are taken
    from values that are sorted once.

    Parameters
    ----------
    settings : str or os.PathLike, optional
        Parameter file in pyradiomics' own YAML form.

    Raises
    ------
    ValueError
        If the file is none of pyradiomics', or holds a setting that is silently wrong in two dimensions.
    """

    def __init__(self, settings: str | PathLike = DEFAULT_SETTINGS) -> None:
        try:
            self._extractor = RadiomicsFeatureExtractor(str(settings), additionalInfo=False)
        except Exception as error:
            raise ValueError(f"{settings}: not a parameter file of pyradiomics ({error})") from error
        refused = [name for name in _REFUSED if self._extractor.settings.get(name)]
        if refused:
            raise ValueError(f"{settings}: {', '.join(refused)} must be left out; films are measured in two dimensions")
        self.feature_names = tuple(self._measure_phantom())

    def __call__(self, film: np.ndarray, regions: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
        """
        Measure regions.

        Parameters
        ----------
        film : numpy.ndarray, shape (W, H)
            Intensities; distances are in pixels of this array.
        regions : mapping of str to numpy.ndarray, shape (W, H), bool
            What to measure.

        Returns
        -------
        dict of str to dict of str to float
            For each region its features, named ``image.family.Feature``; `feature_names` in that order. NaN where
            pyradiomics gives no value.

        Raises
        ------
        ValueError
            If a region has no two dimensions, or more grey levels than can be measured.
        RuntimeError
            If pyradiomics gives other features than it did for the phantom on which the engine was tried.
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
                for name, mask in cropped.items():
                    region = BinnedRegion(_crop(pixels, boxes[name]), mask, kwargs)
                    values[name] |= {f"{image_name}_{key}": value for key, value in self._families(region)}
        return {name: {_short(key): float(value) for key, value in found.items()} for name, found in values.items()}

    def _shape(self, image: sitk.Image, region: np.ndarray, box: np.ndarray) -> dict[str, float]:
        """Measure a region's shape, if the settings ask for it."""
        if "shape2D" not in self._extractor.enabledFeatures:
            return {}
        mask = sitk.GetImageFromArray(region.T.astype(np.uint32))
        return self._extractor.computeShape(image, mask, box, **self._extractor.settings)

    def _families(self, region: BinnedRegion) -> Iterator[tuple[str, float]]:
        """Measure all families of features but shape."""
        for family, names in self._extractor.enabledFeatures.items():
            if family == "firstorder":
                found = first_order(region.values, region.settings)
                yield from ((f"firstorder_{name}", found[name]) for name in feature_names_of(family, names))
            elif not family.startswith("shape"):
                yield from ((f"{family}_{name}", value) for name, value in texture(family, region, names).items())

    def _measure_phantom(self) -> dict[str, float]:
        noise = np.random.default_rng(0).random((64, 64))
        disc = np.hypot(*np.mgrid[-32:32, -32:32]) < 24
        return self._measure(noise, {"disc": disc})["disc"]


def _bounding_box(name: str, region: np.ndarray) -> np.ndarray:
    """
    Give a region's first and last pixel along each axis, as pyradiomics' checkMask does.

    That goes through the whole film's statistics for every region of every image.
    """
    sides = [np.flatnonzero(region.any(axis=1 - axis)) for axis in (0, 1)]
    if any(len(side) < 2 for side in sides):
        raise ValueError(f"{name}: {int(region.sum())} pixels in a line or none; expected a region of two dimensions")
    return np.array([end for side in sides for end in (side[0], side[-1])])


def _crop(pixels: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Cut a box out of an image (rows, columns)."""
    first_column, last_column, first_row, last_row = box
    return pixels[first_row : last_row + 1, first_column : last_column + 1]


def _short(name: str) -> str:
    """Turn pyradiomics' name into ``image.family.Feature``; its LoG names say mm for what are pixels here."""
    image, family, feature = name.split("_")
    image = image.removesuffix("-mm-3D").replace("-sigma", "")
    if image.startswith("log-"):
        image = "log-" + image[4:].replace("-0", "").replace("-", "_") + "px"
    return f"{image}.{family}.{feature}"
