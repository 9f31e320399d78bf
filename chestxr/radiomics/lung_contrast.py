"""The contrast of a film's lungs: without any, texture would be measured on noise."""

from dataclasses import dataclass

import numpy as np

__all__ = ["LungContrast", "LungContrastError"]

_EXPECTED = "expected a film on which the lungs have some contrast, neither burnt out nor narrowly windowed"


class LungContrastError(ValueError):
    """The lungs are burnt out, or have hardly any contrast."""


@dataclass(frozen=True)
class LungContrast:
    """
    How much the lungs' pixels differ.

    The limits lie well below what training films show: ``tools/experiments/lung_contrast.py`` measures it.

    Attributes
    ----------
    different_values : int
        How many of the percentiles from 1 to 99 differ. Single pixels, as letters and metal leave them, do not count.
    commonest_value : float
        Share of those percentiles that are one value: above a half the lungs are burnt out.
    relative : float
        Contrast of the lungs over that of the rectangle around them, bones and soft tissue included.
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
            The lungs' pixels as the film holds them.
        averaged_contrast : float
            Contrast of the lungs at the size at which they are measured, where noise is averaged out.
        surroundings : numpy.ndarray
            The rectangle around the lungs.
        """
        percentiles = np.percentile(lungs, np.arange(1, 100), method="nearest")
        values, counts = np.unique(percentiles, return_counts=True)
        # The inner percentiles, since the outline takes in some of what surrounds the lungs.
        contrast = min(averaged_contrast, percentiles[89] - percentiles[9])
        low, high = np.percentile(surroundings, (5, 95))
        return cls(len(values), counts.max() / len(percentiles), float(contrast / (high - low)) if high > low else 0.0)

    def check(self) -> None:
        """
        Refuse lungs that are burnt out to white or black, or of hardly any contrast.

        Raises
        ------
        LungContrastError
            If any of the three is beyond its limit.
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
