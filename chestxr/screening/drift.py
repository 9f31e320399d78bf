"""Watch whether films stay like those that the classifier, a site's scale or its threshold was set on."""

import json
import math
from pathlib import Path
from typing import Any

from chestxr.bundle.entry import bundle_entry
from chestxr.tuberculosis.site_threshold import SiteThreshold
from chestxr.utils.atomic import write_text

__all__ = ["Drift", "DriftWatch"]

# Share of films with outlying features at a site whose films are like those of its scale: 3% in training, up to 5%
# elsewhere. At another site it is a third or more.
_USUAL = 0.05
_LEAST_FILMS = 20
# Where the share is usual, one test in ten thousand gives a false alarm.
_SIGNIFICANCE = 1e-4
# Films of an endless run that are judged together: a day or two of a busy room.
_BLOCK = 100


class Drift:
    """
    Count films with outlying features, and judge whether they are more than usual.

    Parameters
    ----------
    bundle : pathlib.Path
        Folder of the screening bundle.
    **overrides
        Entries of the bundle's inference.json that differ.

    Attributes
    ----------
    films, unlike : int
        Number of films with a score, and of those among them that have outlying features.
    """

    def __init__(self, bundle: Path, **overrides: Any) -> None:
        self._limit = float(bundle_entry(bundle, "most_outlying_features", **overrides))
        self._usual, self._reference, self._remedy = _reference(bundle, overrides)
        self.films = self.unlike = 0

    def is_unlike(self, outlying_features: float | None) -> bool:
        """Return whether a film has outlying features; one without a score has none."""
        return outlying_features is not None and outlying_features > self._limit

    def add(self, outlying_features: float | None) -> None:
        """Count a film by its ``outlying_features``; one without a score does not count."""
        if outlying_features is None or math.isnan(outlying_features):
            return
        self.films += 1
        self.unlike += self.is_unlike(outlying_features)

    def warning(self) -> str:
        """Return a warning if significantly more films have outlying features than usual, else ""."""
        if self.films < _LEAST_FILMS:
            return ""
        from scipy.stats import binomtest

        test = binomtest(self.unlike, self.films, self._usual, alternative="greater")
        if test.pvalue >= _SIGNIFICANCE:
            return ""
        return (
            f"{self.unlike} of {self.films} films are unlike those that {self._reference} (usual: up to "
            f"{self._usual:.0%}): scores and threshold may not hold; {self._remedy}"
        )

    def as_dict(self) -> dict[str, Any]:
        """Return numbers and warning for a manifest."""
        return {"films": self.films, "unlike": self.unlike, "warning": self.warning()}


class DriftWatch:
    """
    Judge the films of an endless run in blocks of 100. The counts are kept in a file, so a restart continues them.

    Parameters
    ----------
    path : pathlib.Path
        File of the counts.
    key : str
        Hash of models and settings: counts of others are discarded.
    bundle, **overrides
        As for :py:class:`Drift`.
    """

    def __init__(self, path: Path, key: str, bundle: Path, **overrides: Any) -> None:
        self._path, self._key = path, key
        self._fresh = lambda: Drift(bundle, **overrides)
        self._drift = self._fresh()
        kept = json.loads(path.read_text()) if path.is_file() else {}
        if kept.get("key") == key:
            self._drift.films, self._drift.unlike = kept["films"], kept["unlike"]
        self._warning = ""

    def add(self, outlying_features: float | None) -> None:
        """Count a film, and judge the block if it is the last one."""
        self._drift.add(outlying_features)
        if self._drift.films >= _BLOCK:
            self._warning = self._drift.warning()
            self._drift = self._fresh()
        counts = {"key": self._key, "films": self._drift.films, "unlike": self._drift.unlike}
        write_text(self._path, json.dumps(counts))

    def take_warning(self) -> str:
        """Return the warning on the block that was judged last, once; else ""."""
        warning, self._warning = self._warning, ""
        return warning


def _reference(bundle: Path, overrides: dict[str, Any]) -> tuple[float, str, str]:
    """Return the usual share of films with outlying features, what they are compared with, and what to do."""
    again = "if detector, processing or patients changed, repeat chestxr tb adapt and chestxr tb calibrate"
    threshold, scale = overrides.get("site_threshold"), overrides.get("site_scale")
    if threshold:
        from chestxr.metrics.thresholds import wilson_interval

        found = SiteThreshold.load(threshold, bundle_entry(bundle, "classifier", **overrides), scale)
        # The share of a few films is uncertain: its upper limit.
        usual = wilson_interval(found.unlike, found.positives + found.negatives)[1]
        return max(_USUAL, usual), "the site's threshold was set on", again
    if scale:
        return _USUAL, "the site's scale was fitted on", again
    return (
        _USUAL,
        "the classifier was trained on",
        "for films of this site, run chestxr tb adapt and chestxr tb calibrate",
    )
