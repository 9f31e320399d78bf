"""Measure a lesion map by lung and zone."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from monai.config import NdarrayOrTensor
from monai.transforms import MapTransform
from monai.utils import TransformBackends, convert_to_numpy

from chestxr.utils.lesion_mark import LesionMark
from chestxr.utils.lung_regions import lung_regions

__all__ = ["LesionEvidenced"]

# Added to a probability and its complement, so that the log odds are finite.
_LEAST = 1e-3


class LesionEvidenced(MapTransform):
    """
    Dictionary-based measurement of a lesion map in the lungs, each lung and six zones.

    Adds ``lesion_evidence``, a dictionary with keys ``REGION.lesion.MEASURE``. The measures are ``top1``, ``top2``,
    ``top5``: mean probability of the most suspicious 1, 2 and 5% of the region's pixels; ``log_odds``: those of
    ``top5``, between -6.9 and 6.9; ``mean``; ``area``: fraction with a probability of `likely` or more; and ``marks``:
    number of marks of `likely` or more. Empty without lungs.

    Parameters
    ----------
    keys : str
        Lesion map (1, W, H), probabilities.
    lungs_key : str
        Label map of the lungs on the same grid: 0 background, 1 right lung, 2 left lung.
    likely : float, optional
        Smallest probability that counts as a lesion.
    """

    backend = [TransformBackends.NUMPY]

    def __init__(self, keys: str, lungs_key: str, likely: float = 0.5) -> None:
        super().__init__(keys)
        self.lungs_key = lungs_key
        self.likely = likely

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, Any]:
        """Return the item with ``lesion_evidence``."""
        labels = convert_to_numpy(data[self.lungs_key])[0].astype(np.uint8)
        probability = convert_to_numpy(data[self.first_key(data)])[0].astype(float)
        regions = lung_regions(labels) if labels.any() else {}
        likely = [mark for mark in data["marks"] if mark.probability >= self.likely]
        evidence = {
            f"{name}.lesion.{measure}": value
            for name, region in regions.items()
            for measure, value in (*self._measures(probability[region]), ("marks", _marks_in(name, likely)))
        }
        return dict(data) | {"lesion_evidence": evidence}

    def _measures(self, values: np.ndarray) -> list[tuple[str, float]]:
        ordered = np.sort(values)[::-1]
        top = [(f"top{share}", float(ordered[: -(-len(ordered) * share // 100)].mean())) for share in (1, 2, 5)]
        odds = (top[-1][1] + _LEAST) / (1 - top[-1][1] + _LEAST)
        return [
            *top,
            ("log_odds", float(np.log(odds))),
            ("mean", float(values.mean())),
            ("area", float((values >= self.likely).mean())),
        ]


def _marks_in(region: str, marks: Sequence[LesionMark]) -> float:
    """Return the number of marks in a zone, a lung or both lungs."""
    start = "" if region == "lungs" else region.removesuffix("lung")
    return float(sum(mark.zone.startswith(start) for mark in marks))
