"""Watch whether films stay like those that the classifier, a site's scale or its threshold was set on."""

import math
from collections import deque
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from chestxr.bundle.entry import bundle_entry
from chestxr.tuberculosis.site_threshold import SiteThreshold

__all__ = ["DriftWatch"]

# Share of films with outlying features at a site whose films are like those of its scale: 3% in training, up to 5%
# elsewhere. At another site it is a third or more.
_USUAL = 0.05
_LEAST_FILMS = 20
# A run that is like its site gives a false alarm once in a thousand times.
_SIGNIFICANCE = 0.001


class DriftWatch:
    """
    Count films with outlying features, and warn if there are too many.

    Parameters
    ----------
    bundle : pathlib.Path
        Folder of the screening bundle.
    window : int, optional
        Number of the latest films to judge; all by default.
    **overrides
        Entries of the bundle's inference.json that differ.
    """

    def __init__(self, bundle: Path, window: int | None = None, **overrides: Any) -> None:
        self._limit = float(bundle_entry(bundle, "most_outlying_features", **overrides))
        self._usual, self._reference, self._remedy = _reference(bundle, overrides)
        self._latest: deque[bool] | None = deque(maxlen=window) if window else None
        self.films = self.unlike = 0

    def add(self, outlying_features: float | None) -> None:
        """Count a film by its ``outlying_features``; one without a score does not count."""
        if outlying_features is None or math.isnan(outlying_features):
            return
        unlike = outlying_features > self._limit
        if self._latest is not None:
            if len(self._latest) == self._latest.maxlen:
                self.films -= 1
                self.unlike -= self._latest[0]
            self._latest.append(unlike)
        self.films += 1
        self.unlike += unlike

    @property
    def share(self) -> float:
        """Share of the films that have outlying features; 0 without films."""
        return self.unlike / self.films if self.films else 0.0

    def warning(self) -> str:
        """Return a warning if significantly more films have outlying features than usual, else ""."""
        if self.films < _LEAST_FILMS:
            return ""
        test = binomtest(self.unlike, self.films, self._usual, alternative="greater")
        if test.pvalue >= _SIGNIFICANCE:
            return ""
        return (
            f"{self.unlike} of {self.films} films are unlike those that {self._reference} (usual: {self._usual:.0%}): "
            f"scores and threshold may not hold; {self._remedy}"
        )


def _reference(bundle: Path, overrides: dict[str, Any]) -> tuple[float, str, str]:
    """Return the usual share of films with outlying features, what they are compared with, and what to do."""
    again = "if detector, processing or patients changed, repeat chestxr tb adapt and chestxr tb calibrate"
    threshold, scale = overrides.get("site_threshold"), overrides.get("site_scale")
    if threshold:
        classifier = bundle_entry(bundle, "classifier", **overrides)
        unlike = SiteThreshold.load(threshold, classifier, scale).unlike
        return max(_USUAL, unlike), "the site's threshold was set on", again
    if scale:
        return _USUAL, "the site's scale was fitted on", again
    return (
        _USUAL,
        "the classifier was trained on",
        "for films of this site, run chestxr tb adapt and chestxr tb calibrate",
    )
