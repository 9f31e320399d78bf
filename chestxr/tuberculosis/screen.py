"""Tuberculosis score as a MONAI transform."""

from collections.abc import Hashable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd
import torch
from monai.config import KeysCollection
from monai.transforms import MapTransform

from chestxr.radiomics import LungContrastError
from chestxr.utils.lesion_mark import LesionMark

from .classifier import TuberculosisClassifier
from .explanation import explain, zone_contributions
from .outlying_features import outlying_features
from .reasons import evidence, reasons_in_words
from .site_scaler import SiteScaler
from .site_threshold import SiteThreshold

__all__ = ["ScreenTuberculosisd"]

_UNLIKE = "unlike the films that the classifier was trained on (noise, blur, writing on it?): its score may mislead"


class ScreenTuberculosisd(MapTransform):
    """
    Dictionary-based scoring of a film's features. Research use only.

    Adds ``screening`` to the item: ``score`` (log odds), ``probability`` (calibrated) with its 95% interval
    ``probability_low`` and ``probability_high``, the ``threshold``, ``decision`` ("suspicious" at and
    above it, "not suspicious" below), ``marks`` (list of :py:class:`.LesionMark`: the likely ones), ``reasons`` (text:
    those that agree with the decision, then, after "despite", those that do not), ``evidence`` (lists of text, see
    :py:func:`.reasons.evidence`), ``zones`` (log odds by zone), and ``no_score``, the reason for a missing score, or
    "". A film has no score if it is not a frontal chest film with two lungs, or if its features cannot be computed.

    Adds ``tuberculosis`` as well, a float32 tensor of two probabilities, without and with tuberculosis, for programs
    that read the outputs named in metadata.json; NaN if there is no score.

    An out-of-distribution film gets a score, and a warning in ``quality_flags``; ``outlying_features`` is the value of
    :py:func:`.outlying_features.outlying_features`.

    Parameters
    ----------
    keys : str or sequence of str, optional
        Keys of the features that :py:class:`chestxr.radiomics.LungFeaturesd` and
        :py:class:`chestxr.transforms.LesionEvidenced` add.
    classifier : str or os.PathLike
        File of the classifier.
    settings_hash : str, optional
        Hash of the settings of the features; the classifier must have been fitted with the same settings.
    site_scale : str or os.PathLike or None, optional
        File written by ``chestxr tb adapt`` for the site of the films.
    site_threshold : str or os.PathLike or None, optional
        File written by ``chestxr tb calibrate`` on films of the site; its threshold replaces the classifier's.
    reasons : int, optional
        Largest number of reasons, and of each kind of evidence.
    likely : float, optional
        Smallest probability of a mark that is a reason.
    most_outlying_features : float, optional
        Largest ``outlying_features`` without a warning. With the default, 3% of the training films of the shipped
        classifier have a warning; ``tools/experiments/outlying_features.py`` measures it.

    Raises
    ------
    FileNotFoundError, ValueError
        As :py:meth:`TuberculosisClassifier.load`, :py:meth:`SiteScaler.load` and :py:meth:`SiteThreshold.load` do.
    """

    def __init__(
        self,
        keys: KeysCollection = ("features", "lesion_evidence"),
        *,
        classifier: str | PathLike,
        settings_hash: str | None = None,
        site_scale: str | PathLike | None = None,
        site_threshold: str | PathLike | None = None,
        reasons: int = 3,
        likely: float = 0.5,
        most_outlying_features: float = 0.075,
    ) -> None:
        super().__init__(keys)
        self.classifier = TuberculosisClassifier.load(classifier, settings_hash)
        self.site = SiteScaler.load(site_scale, self.classifier.settings_hash) if site_scale else None
        self.threshold = (
            SiteThreshold.load(site_threshold, classifier, site_scale).threshold
            if site_threshold
            else self.classifier.threshold
        )
        self.reasons = reasons
        self.likely = likely
        self.most_outlying_features = most_outlying_features

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with ``screening``, ``tuberculosis`` and ``quality_flags``."""
        if not data["is_chest"]:
            found = _no_score(_why_no_chest(data))
        elif data["features_error"]:
            found = _no_score(str(data["features_error"]))
        else:
            features = {name: value for key in self.key_iterator(data) for name, value in data[key].items()}
            marks = [mark for mark in data["marks"] if mark.probability >= self.likely]
            found = self._screen(features, marks, str(data.get("film", "film")))
        warnings = "; ".join(filter(None, (data["quality_flags"], found.pop("warning", ""))))
        probability = np.nan if found["probability"] is None else found["probability"]
        return dict(data) | {
            "screening": {"threshold": self.threshold} | found,
            "tuberculosis": torch.tensor([1 - probability, probability], dtype=torch.float32),
            "quality_flags": warnings,
        }

    def _screen(self, features: Mapping[str, float], marks: Sequence[LesionMark], film: str) -> dict[str, Any]:
        # Only the selected features: a DataFrame of all features takes a fifth of the time of computing them.
        asked = [name for name in self.classifier.feature_names if name in features]
        table = pd.DataFrame(np.array([[features[name] for name in asked]]), index=[film], columns=asked)
        margin, contributions_of, standardised = self.classifier.explained_margin(table, self.site)
        probability = float(self.classifier.calibration(margin)[0])
        low, high = self.classifier.interval(margin)
        contributions = contributions_of.iloc[0]
        groups = explain(contributions, len(contributions))
        suspicious = probability >= self.threshold
        unlike = outlying_features(standardised.iloc[0])
        return {
            "score": float(margin[0]),
            "probability": probability,
            "probability_low": float(low[0]),
            "probability_high": float(high[0]),
            "decision": "suspicious" if suspicious else "not suspicious",
            "marks": list(marks),
            "reasons": reasons_in_words(suspicious, marks, groups, self.likely, self.reasons),
            "evidence": evidence(marks, groups, self.likely, self.reasons),
            "zones": zone_contributions(contributions, features),
            "no_score": "",
            "outlying_features": unlike,
            "warning": _UNLIKE if unlike > self.most_outlying_features else "",
        }


def _why_no_chest(data: Mapping[Hashable, Any]) -> str:
    """Return the quality flags; lungs without contrast come first, since the view of such a film is unreliable."""
    error, flags = data["features_error"], data["quality_flags"]
    return f"{error}; {flags}" if isinstance(error, LungContrastError) else flags


def _no_score(reason: str) -> dict[str, Any]:
    numbers = dict.fromkeys(("score", "probability", "probability_low", "probability_high", "outlying_features"))
    return numbers | {"decision": "", "marks": [], "reasons": "", "evidence": {}, "zones": {}, "no_score": reason}
