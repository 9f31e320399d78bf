"""A film's tuberculosis score, inside a MONAI transform chain."""

from collections.abc import Hashable, Mapping
from os import PathLike

import numpy as np
import pandas as pd
from monai.transforms import MapTransform

from .classifier import TuberculosisClassifier
from .explanation import explain, zone_contributions
from .harmonisation import Harmonisation

__all__ = ["ScreenTuberculosisD", "ScreenTuberculosisDict", "ScreenTuberculosisd"]


class ScreenTuberculosisd(MapTransform):
    """
    Dictionary-based scoring of a film's features. Research use only.

    Adds ``screening`` to the item: ``score`` (log odds), ``probability`` (calibrated) with its 95% interval
    ``probability_low`` and ``probability_high``, the classifier's ``threshold``, ``decision`` ("suspicious" at and
    above it, "not suspicious" below), ``reasons`` in words, ``zones`` (log odds by zone), and ``no_score``, "" or why
    there is none. A film on which two lungs were not found gets no score.

    Parameters
    ----------
    keys : str, optional
        The features, as :py:class:`chestxr.radiomics.LungFeaturesd` adds them.
    classifier : str or os.PathLike
        The classifier's file.
    settings_hash : str, optional
        The settings that the features come from; the classifier must have been fitted on the same.
    site_scale : str or os.PathLike or None, optional
        What ``chestxr tb adapt`` wrote for the site that the films come from.
    reasons : int, optional
        How many reasons to give.

    Raises
    ------
    FileNotFoundError, ValueError
        As :py:meth:`TuberculosisClassifier.load` and :py:meth:`Harmonisation.load` do.
    """

    def __init__(
        self,
        keys: str = "features",
        *,
        classifier: str | PathLike,
        settings_hash: str | None = None,
        site_scale: str | PathLike | None = None,
        reasons: int = 3,
    ) -> None:
        super().__init__(keys)
        self.classifier = TuberculosisClassifier.load(classifier, settings_hash)
        self.site = Harmonisation.load(site_scale, self.classifier.settings_hash) if site_scale else None
        self.reasons = reasons

    def __call__(self, data: Mapping[Hashable, object]) -> dict[Hashable, object]:
        """Return the item with its score."""
        if not data["is_chest"]:
            found = _no_score(data["quality_flags"])
        elif data["features_error"]:
            found = _no_score(data["features_error"])
        else:
            found = self._screen(data[self.first_key(data)], str(data.get("film", "film")))
        return dict(data) | {"screening": {"threshold": self.classifier.threshold} | found}

    def _screen(self, features: Mapping[str, float], film: str) -> dict[str, object]:
        # An array of what the classifier asks for: a frame of every feature takes a fifth of what measuring it does.
        asked = [name for name in self.classifier.feature_names if name in features]
        table = pd.DataFrame(np.array([[features[name] for name in asked]]), index=[film], columns=asked)
        margin = self.classifier.margin(table, self.site)
        probability = float(self.classifier.calibration(margin)[0])
        low, high = self.classifier.interval(margin)
        contributions = self.classifier.contributions(table, self.site).iloc[0]
        return {
            "score": float(margin[0]),
            "probability": probability,
            "probability_low": float(low[0]),
            "probability_high": float(high[0]),
            "decision": "suspicious" if probability >= self.classifier.threshold else "not suspicious",
            "reasons": "; ".join(f"{words} ({value:+.2f})" for words, value in explain(contributions, self.reasons)),
            "zones": zone_contributions(contributions),
            "no_score": "",
        }


def _no_score(reason: str) -> dict[str, object]:
    numbers = dict.fromkeys(("score", "probability", "probability_low", "probability_high"))
    return numbers | {"decision": "", "reasons": "", "zones": {}, "no_score": reason}


ScreenTuberculosisD = ScreenTuberculosisDict = ScreenTuberculosisd
