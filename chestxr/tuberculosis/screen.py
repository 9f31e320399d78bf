"""A film's tuberculosis score, inside a MONAI transform chain."""

from collections.abc import Hashable, Mapping
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd
import torch
from monai.transforms import MapTransform

from chestxr.radiomics import LungContrastError

from .classifier import TuberculosisClassifier
from .explanation import explain, zone_contributions
from .outlying_features import outlying_features
from .site_scaler import SiteScaler

__all__ = ["ScreenTuberculosisd"]

_UNLIKE = "unlike the films that the classifier learnt from (noise, blur, writing on it?): its score may mislead"


class ScreenTuberculosisd(MapTransform):
    """
    Dictionary-based scoring of a film's features. Research use only.

    Adds ``screening`` to the item: ``score`` (log odds), ``probability`` (calibrated) with its 95% interval
    ``probability_low`` and ``probability_high``, the classifier's ``threshold``, ``decision`` ("suspicious" at and
    above it, "not suspicious" below), ``reasons`` in words, ``zones`` (log odds by zone), and ``no_score``, "" or why
    there is none. A film gets no score if it is no frontal film of the chest with two lungs, or if these could
    not be measured.

    ``tuberculosis`` is the probability as a tensor of two values, without and with tuberculosis, for programs that take
    the outputs that metadata.json names; NaN if there is no score.

    A film unlike those that the classifier learnt from (out of distribution) gets one with a warning, which is added to
    ``quality_flags``; ``outlying_features`` says how unlike, as :py:func:`.outlying_features.outlying_features` does.

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
    most_outlying_features : float, optional
        Limit beyond which a film is warned of. With the shipped classifier the default warns of three in a hundred of
        the films it learnt from; ``tools/experiments/outlying_features.py`` measures it.

    Raises
    ------
    FileNotFoundError, ValueError
        As :py:meth:`TuberculosisClassifier.load` and :py:meth:`SiteScaler.load` do.
    """

    def __init__(
        self,
        keys: str = "features",
        *,
        classifier: str | PathLike,
        settings_hash: str | None = None,
        site_scale: str | PathLike | None = None,
        reasons: int = 3,
        most_outlying_features: float = 0.15,
    ) -> None:
        super().__init__(keys)
        self.classifier = TuberculosisClassifier.load(classifier, settings_hash)
        self.site = SiteScaler.load(site_scale, self.classifier.settings_hash) if site_scale else None
        self.reasons = reasons
        self.most_outlying_features = most_outlying_features

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with its score."""
        if not data["is_chest"]:
            found = _no_score(_why_no_chest(data))
        elif data["features_error"]:
            found = _no_score(str(data["features_error"]))
        else:
            found = self._screen(data[self.first_key(data)], str(data.get("film", "film")))
        warnings = "; ".join(filter(None, (data["quality_flags"], found.pop("warning", ""))))
        probability = np.nan if found["probability"] is None else found["probability"]
        return dict(data) | {
            "screening": {"threshold": self.classifier.threshold} | found,
            "tuberculosis": torch.tensor([1 - probability, probability], dtype=torch.float32),
            "quality_flags": warnings,
        }

    def _screen(self, features: Mapping[str, float], film: str) -> dict[str, Any]:
        # An array of what the classifier asks for: a frame of every feature takes a fifth of what measuring it does.
        asked = [name for name in self.classifier.feature_names if name in features]
        table = pd.DataFrame(np.array([[features[name] for name in asked]]), index=[film], columns=asked)
        margin = self.classifier.margin(table, self.site)
        probability = float(self.classifier.calibration(margin)[0])
        low, high = self.classifier.interval(margin)
        contributions = self.classifier.contributions(table, self.site).iloc[0]
        unlike = outlying_features(self.classifier.standardised(table, self.site).iloc[0])
        return {
            "score": float(margin[0]),
            "probability": probability,
            "probability_low": float(low[0]),
            "probability_high": float(high[0]),
            "decision": "suspicious" if probability >= self.classifier.threshold else "not suspicious",
            "reasons": "; ".join(f"{words} ({value:+.2f})" for words, value in explain(contributions, self.reasons)),
            "zones": zone_contributions(contributions),
            "no_score": "",
            "outlying_features": unlike,
            "warning": _UNLIKE if unlike > self.most_outlying_features else "",
        }


def _why_no_chest(data: Mapping[Hashable, Any]) -> str:
    """Name lungs without contrast first: such a film may look like anything."""
    error, flags = data["features_error"], data["quality_flags"]
    return f"{error}; {flags}" if isinstance(error, LungContrastError) else flags


def _no_score(reason: str) -> dict[str, Any]:
    numbers = dict.fromkeys(("score", "probability", "probability_low", "probability_high", "outlying_features"))
    return numbers | {"decision": "", "reasons": "", "zones": {}, "no_score": reason}
