"""First-order features of pyradiomics, from values that are sorted once."""

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["first_order", "histogram_edges"]

_EPSILON = np.spacing(1.0)
_PERCENTILES = np.array([10, 25, 50, 75, 90])
# The lung frame is clipped, and has a few hundred levels with the settings of chestxr. Texture needs memory that grows
# with the square of their number and time that grows with its cube: 2,280 take five minutes, 18,233 take 11 GB.
_MOST_LEVELS = 1000


def first_order(values: np.ndarray, settings: Mapping[str, Any]) -> dict[str, float]:
    """
    Compute first-order features, as defined by ``radiomics.firstorder`` of pyradiomics 3.1.

    Parameters
    ----------
    values : numpy.ndarray, shape (pixels,), float32 or float64
        Intensities of a region. They are discretised in their own precision, as in pyradiomics.
    settings : mapping
        Settings of pyradiomics: ``binWidth`` or ``binCount``, ``voxelArrayShift``. The pixel area is 1.

    Returns
    -------
    dict of str to float
        The 18 features that pyradiomics does not deprecate, with its names and in its order.

    Raises
    ------
    ValueError
        If there are more than 1000 grey levels.
    """
    stored = np.sort(values)
    edges = histogram_edges(stored, settings)
    counts = np.searchsorted(stored, edges)
    counts = counts[1:] - counts[:-1]
    ordered = stored.astype(np.float64)
    number, mean = len(ordered), ordered.mean()
    centred = ordered - mean
    squares = centred * centred
    variance = squares.mean()
    low, lower, median, upper, high = _percentiles(ordered, _PERCENTILES)
    start, stop = np.searchsorted(ordered, (low, np.nextafter(high, np.inf)))
    robust = ordered[start:stop]
    shifted = ordered + shift if (shift := settings.get("voxelArrayShift", 0)) else ordered
    energy = shifted @ shifted
    shares = counts[counts > 0] / counts.sum()
    # Skewness and kurtosis of a flat region are undefined; pyradiomics returns 0.
    spread = variance if variance > 0 else 1.0
    found = {
        "10Percentile": low,
        "90Percentile": high,
        "Energy": energy,
        "Entropy": -(shares @ np.log2(shares + _EPSILON)),
        "InterquartileRange": upper - lower,
        "Kurtosis": squares @ squares / number / spread**2,
        "Maximum": ordered[-1],
        "MeanAbsoluteDeviation": np.abs(centred).mean(),
        "Mean": mean,
        "Median": median,
        "Minimum": ordered[0],
        "Range": ordered[-1] - ordered[0],
        "RobustMeanAbsoluteDeviation": np.abs(robust - robust.mean()).mean(),
        "RootMeanSquared": np.sqrt(energy / number),
        "Skewness": squares @ centred / number / spread**1.5,
        "TotalEnergy": energy,
        "Uniformity": shares @ shares,
        "Variance": variance,
    }
    return {name: float(value) for name, value in found.items()}


def histogram_edges(ordered: np.ndarray, settings: Mapping[str, Any]) -> np.ndarray:
    """
    Return the bin edges of the grey levels, as ``radiomics.imageoperations.getBinEdges`` does.

    ``getBinEdges`` iterates over the values in Python, which is slow.

    Parameters
    ----------
    ordered : numpy.ndarray, shape (pixels,)
        Sorted intensities of a region.
    settings : mapping
        ``binCount`` or ``binWidth``, as for pyradiomics.

    Raises
    ------
    ValueError
        If there are more than 1000 grey levels.
    """
    if settings.get("binCount") is not None:
        _check_levels(settings["binCount"])
        edges = np.histogram(ordered, settings["binCount"])[1]
        edges[-1] += 1
        return edges
    width = settings.get("binWidth", 25)
    lowest, highest = ordered[0], ordered[-1]
    _check_levels((highest - lowest) / width)
    edges = np.arange(lowest - lowest % width, highest + 2 * width, width)
    return np.array([edges[0] - 0.5, edges[0] + 0.5]) if len(edges) == 1 else edges


def _percentiles(ordered: np.ndarray, percentages: np.ndarray) -> np.ndarray:
    """Return the percentiles of sorted values, as :py:func:`numpy.percentile` does, which sorts them again."""
    places = percentages / 100 * (len(ordered) - 1)
    below = places.astype(int)
    lower, upper = ordered[below], ordered[np.minimum(below + 1, len(ordered) - 1)]
    return lower + (upper - lower) * (places - below)


def _check_levels(count: float) -> None:
    if not count <= _MOST_LEVELS:
        raise ValueError(
            f"{count:.0f} grey levels in one region; expected {_MOST_LEVELS} at most; "
            "set a larger binWidth or a smaller binCount in the feature settings"
        )
