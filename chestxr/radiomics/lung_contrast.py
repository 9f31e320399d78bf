"""Contrast check of the lungs: without contrast, texture would be measured on noise."""

from dataclasses import dataclass

import numpy as np

__all__ = ["LungContrast", "LungContrastError"]

_EXPECTED = "expected a film on which the lungs have some contrast, neither burnt out nor narrowly windowed"


class LungContrastError(ValueError):
    """Error for lungs that are saturated or have hardly any contrast."""


@dataclass(frozen=True)
class LungContrast:
    """
    Contrast of the lungs.

    The limits are well below the values of training films; ``tools/experiments/lung_contrast.py`` measures these.

    Attributes
    ----------
    different_values : int
        Number of distinct values among the percentiles 1 to 99. Single pixels, such as letters and metal, do not count.
    commonest_value : float
        Fraction of these percentiles with the most frequent value; above 0.5 the lungs are saturated.
    relative : float
        Contrast of the lungs over that of their bounding box, which includes bones and soft tissue.
    """

    different_values: int
    commonest_value: float
    relative: float

    LEAST_DIFFERENT_VALUES = 20
    MOST_COMMONEST_VALUE = 0.5
    LEAST_RELATIVE = 0.05

    @classmethod
    def of(cls, lungs: np.ndarray, averaged_contrast: float, surroundings: np.ndarray) -> "LungContrast":
        """
        Measure the contrast of lungs.

        Parameters
        ----------
        lungs : numpy.ndarray, shape (pixels,)
            Intensities of the lungs at the original size of the film, in ascending order.
        averaged_contrast : float
            Contrast of the lungs in the lung frame, where noise is averaged out.
        surroundings : numpy.ndarray
            Intensities of the lungs' bounding box with its margin, any shape.
        """
        # Of ordered values: np.percentile(method="nearest") orders them again, which takes ten times as long.
        percentiles = lungs[np.around(np.arange(1, 100) / 100 * (len(lungs) - 1)).astype(int)]
        values, counts = np.unique(percentiles, return_counts=True)
        # The inner percentiles, since the mask includes some pixels outside the lungs.
        contrast = min(averaged_contrast, percentiles[89] - percentiles[9])
        low, high = np.percentile(surroundings, (5, 95))
        return cls(len(values), counts.max() / len(percentiles), float(contrast / (high - low)) if high > low else 0.0)

    def check(self) -> None:
        """
        Raise an error for lungs that are saturated or have hardly any contrast.

        Raises
        ------
        LungContrastError
            If any of the three values is beyond its limit.
        """
        if self.commonest_value > self.MOST_COMMONEST_VALUE:
            raise LungContrastError(f"the lungs are all of one value, or most of them; {_EXPECTED}")
        if self.different_values < self.LEAST_DIFFERENT_VALUES:
            raise LungContrastError(
                f"the lungs have hardly any contrast: about {self.different_values} different values; {_EXPECTED}"
            )
        if not self.relative > self.LEAST_RELATIVE:
            raise LungContrastError(
                f"the lungs have hardly any contrast: {self.relative:.1%} of that of the film around them; {_EXPECTED}"
            )
