"""Texture features of pyradiomics, each evaluated once for all regions of an image."""

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from radiomics import getFeatureClasses
from radiomics.base import RadiomicsFeaturesBase

from .binned_region import BinnedRegion

__all__ = ["feature_names_of", "texture"]


def texture(family: str, regions: Sequence[BinnedRegion], names: list[str] | None) -> list[dict[str, float]]:
    """
    Compute the features of one texture class on several regions.

    pyradiomics evaluates its formulas on a stack of matrices, one for each pixel of a map of features. Here, it is one
    for each region, with the grey levels, and the sizes of runs or zones, that any of them has: those that a region
    does not have add zeros to its sums. A region of one grey level, for which some features are defined as a constant,
    is evaluated alone.

    Parameters
    ----------
    family : str
        "glcm", "glrlm", "glszm", "gldm" or "ngtdm".
    regions : sequence of BinnedRegion
        Discretised regions, with the same settings.
    names : list of str or None
        Features to compute; None for all that pyradiomics does not deprecate.

    Returns
    -------
    list of dict of str to float
        Features of each region by name, equal to those of the class in ``radiomics``.
    """
    flat = [region.is_flat for region in regions]
    textured = [region for region, is_flat in zip(regions, flat, strict=True) if not is_flat]
    try:
        of_textured = iter(_measured(family, textured, names))
    except _CannotStackError:
        of_textured = (_measured(family, [region], names)[0] for region in textured)
    return [
        _measured(family, [region], names)[0] if is_flat else next(of_textured)
        for region, is_flat in zip(regions, flat, strict=True)
    ]


def feature_names_of(family: str, names: list[str] | None) -> list[str]:
    """Return `names`, or the names of all non-deprecated features of a class, in the order of pyradiomics."""
    known = _feature_names(getFeatureClasses()[family])
    return list(names) if names else [name for name, deprecated in known.items() if not deprecated]


class _CannotStackError(ValueError):
    """The regions' matrices have different directions, or a feature has no value for one of them."""


def _measured(family: str, regions: Sequence[BinnedRegion], names: list[str] | None) -> list[dict[str, float]]:
    if not regions:
        return []
    measured = _on_regions(family)(regions, None, **regions[0].settings)
    for name in names or ():
        measured.enableFeatureByName(name)
    values = measured.execute()
    if len(regions) > 1 and not all(np.shape(value) == (len(regions),) for value in values.values()):
        raise _CannotStackError
    columns = np.array([np.atleast_1d(value) for value in values.values()], dtype=np.float64)
    return [dict(zip(values, of_region.tolist(), strict=True)) for of_region in columns.T]


class _OnBinnedRegions(RadiomicsFeaturesBase):
    """
    Base of pyradiomics' feature classes for discretised regions.

    It comes after a feature class in the method resolution order, in place of pyradiomics' own base, whose work it
    leaves out: reading images from SimpleITK, finding features by inspection, discretisation.
    """

    def __init__(self, regions: Sequence[BinnedRegion], _: None, **settings: Any) -> None:
        self.logger = logging.getLogger("radiomics")
        self.settings, self.label, self.voxelBased = settings, 1, False
        self.enabledFeatures: dict[str, bool] = {}
        self.featureValues: dict[str, np.ndarray] = {}
        self.featureNames = _feature_names(type(self))  # type: ignore[arg-type]
        self.regions, self.imageArray = regions, regions[0].levels
        highest = max(region.highest for region in regions)
        self.coefficients: dict[str, Any] = {"Ng": highest, "grayLevels": np.arange(1, highest + 1)}

    def _applyBinning(self, matrix: np.ndarray) -> np.ndarray:
        return matrix


class _Stacked:
    """Base of what comes before a feature class in the method resolution order: it stacks the regions' matrices."""

    coefficients: dict[str, Any]
    regions: Sequence[BinnedRegion]

    def _calculateMatrix(self, voxelCoordinates: None = None) -> np.ndarray:
        return _stack([self._of_region(region) for region in self.regions])

    def _of_region(self, region: BinnedRegion) -> np.ndarray:
        """Return the matrix of a region, with all grey levels of the stack."""
        self.imageArray, self.maskArray = region.levels, region.mask
        return super()._calculateMatrix()  # type: ignore[misc]


class _GLCM(_Stacked):
    P_glcm: np.ndarray

    def _of_region(self, region: BinnedRegion) -> np.ndarray:
        matrix = super()._of_region(region)
        if len(self.regions) > 1 and np.isnan(matrix).any():
            raise _CannotStackError
        return matrix

    def _calculateCoefficients(self) -> None:
        super()._calculateCoefficients()  # type: ignore[misc]
        # Two formulas divide by the highest level of the region.
        self.coefficients["Ng"] = np.array([region.highest for region in self.regions])[:, None, None]

    def getMCCFeatureValue(self) -> np.ndarray | int:
        """
        Return the maximal correlation coefficient from singular values.

        The matrix whose second largest eigenvalue pyradiomics takes the root of is similar to the product of
        p(i, j) / sqrt(px(i) py(j)) and its transpose.
        """
        if self.P_glcm.shape[1] < 2:
            return super().getMCCFeatureValue()  # type: ignore[misc]
        px, py, eps = (self.coefficients[name] for name in ("px", "py", "eps"))
        scaled = self.P_glcm / np.sqrt(px * py + eps)
        return np.nanmean(np.linalg.svd(scaled.transpose(0, 3, 1, 2), compute_uv=False)[:, :, 1], 1)

    def getClusterProminenceFeatureValue(self) -> np.ndarray:
        """Return the fourth moment of the sum of two levels."""
        return self._moment_of_sum(4)

    def getClusterShadeFeatureValue(self) -> np.ndarray:
        """Return the third moment of the sum of two levels."""
        return self._moment_of_sum(3)

    def getClusterTendencyFeatureValue(self) -> np.ndarray:
        """Return the second moment of the sum of two levels."""
        return self._moment_of_sum(2)

    def _moment_of_sum(self, order: int) -> np.ndarray:
        """Return a central moment from the distribution of the sum; pyradiomics goes through all pairs of levels."""
        mean = (self.coefficients["ux"] + self.coefficients["uy"])[:, 0]
        deviations = self.coefficients["kValuesSum"][None, :, None] - mean
        return np.nanmean(np.sum(self.coefficients["pxAddy"] * np.prod([deviations] * order, axis=0), 1), 1)


class _GLRLM(_Stacked):
    def _calculateMatrix(self, voxelCoordinates: None = None) -> np.ndarray:
        matrices, runs = [], []
        for region in self.regions:
            matrices.append(self._of_region(region))
            runs.append(self.coefficients["Nr"])
        stack = _stack(matrices)
        self.coefficients["Nr"] = np.concatenate(runs)
        return stack


class _GLSZM(_Stacked):
    def _of_region(self, region: BinnedRegion) -> np.ndarray:
        """Return the matrix of a region up to its largest zone; pyradiomics makes it as long as the region is large."""
        matrix = super()._of_region(region)
        return matrix[:, :, : 1 + np.flatnonzero(matrix.any(axis=(0, 1)))[-1]]


class _GLDM(_Stacked):
    def _calculateMatrix(self, voxelCoordinates: None = None) -> np.ndarray:
        """Return the stack, and set the coefficients, which pyradiomics sets here for this class."""
        matrix = super()._calculateMatrix(voxelCoordinates)
        by_size, sizes = matrix.sum(axis=1), np.arange(1, matrix.shape[2] + 1, dtype=np.float64)
        self.coefficients |= {"pd": by_size, "pg": matrix.sum(axis=2), "Nz": by_size.sum(axis=1), "jvector": sizes}
        return matrix

    def _of_region(self, region: BinnedRegion) -> np.ndarray:
        """Return the matrix of a region with all sizes, of which pyradiomics deletes those that it does not have."""
        matrix = super()._of_region(region)
        sizes = self.coefficients["jvector"].astype(int)
        whole = np.zeros((1, matrix.shape[1], sizes[-1]))
        whole[:, :, sizes - 1] = matrix
        return whole


class _NGTDM(_Stacked):
    def _of_region(self, region: BinnedRegion) -> np.ndarray:
        """Return the matrix of a region with all levels, of which pyradiomics deletes those that it does not have."""
        matrix = super()._of_region(region)
        levels = self.coefficients["grayLevels"]
        whole = np.zeros((1, len(levels), 3))
        whole[:, matrix[0, :, 2].astype(int) - 1] = matrix
        whole[:, :, 2] = levels
        return whole


_STACKS = {"glcm": _GLCM, "glrlm": _GLRLM, "glszm": _GLSZM, "gldm": _GLDM, "ngtdm": _NGTDM}


def _stack(matrices: Sequence[np.ndarray]) -> np.ndarray:
    """
    Concatenate matrices, with zeros along the third axis, that of runs or zones, up to the length of the longest.

    Raises
    ------
    _CannotStackError
        If the matrices differ along another axis: the number of directions.
    """
    if len({matrix.shape[3:] for matrix in matrices}) > 1:
        raise _CannotStackError
    levels, directions = matrices[0].shape[1], matrices[0].shape[3:]
    stack = np.zeros((len(matrices), levels, max(matrix.shape[2] for matrix in matrices), *directions))
    for place, matrix in zip(stack, matrices, strict=True):
        place[:, : matrix.shape[2]] = matrix[0]
    return stack


@cache
def _on_regions(family: str) -> type:
    return type(f"Stacked{family.upper()}", (_STACKS[family], getFeatureClasses()[family], _OnBinnedRegions), {})


@cache
def _feature_names(cls: Any) -> dict[str, bool]:
    return cls.getFeatureNames()
