"""Lesion marks as regions of a DICOM Structured Report."""

from collections.abc import Callable, Sequence

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from chestxr.io.orientation import places_in_file
from chestxr.utils.lesion_mark import LesionMark, mark_radius

from .codes import NO_UNITS, PRIVATE_SCHEME
from .segmentation import LUNG_CODES

__all__ = ["mark_groups"]

_MARK = Code("lesion-mark", PRIVATE_SCHEME, "Lesion mark")
_PROBABILITY = Code("lesion-prob", PRIVATE_SCHEME, "Lesion mark, probability of a lesion")
_ZONE = Code("lung-zone", PRIVATE_SCHEME, "Zone of the lungs")


def mark_groups(
    header: Dataset,
    marks: Sequence[LesionMark],
    reoriented: str,
    identification: hd.sr.AlgorithmIdentification,
    uid_of: Callable[[str], str],
) -> list[hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations]:
    """
    Return a group of measurements for each mark (DICOM PS3.16, TID 1410): a circle on the film, its zone, probability.

    Parameters
    ----------
    header : pydicom.Dataset
        The film's header.
    marks : sequence of LesionMark
        Marks, in pixels of the upright film.
    reoriented : str
        Steps that turned the film upright.
    identification : highdicom.sr.AlgorithmIdentification
        The algorithm that made the marks.
    uid_of : callable
        Returns the UID of a kind of object, such as "lesion mark 1".

    Returns
    -------
    list of highdicom.sr.PlanarROIMeasurementsAndQualitativeEvaluations
    """
    size = (int(header.Columns), int(header.Rows))
    places = places_in_file(np.array([mark[:2] for mark in marks]).reshape(-1, 2), size, reoriented)
    film = hd.sr.SourceImageForRegion(header.SOPClassUID, header.SOPInstanceUID)
    return [
        hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=hd.sr.TrackingIdentifier(uid_of(f"lesion mark {number}"), f"Lesion mark {number}"),
            referenced_region=hd.sr.ImageRegion("CIRCLE", _circle(place, size), film),
            finding_type=_MARK,
            algorithm_id=identification,
            finding_sites=_lung_of(mark),
            measurements=[hd.sr.Measurement(_PROBABILITY, round(mark.probability, 4), NO_UNITS)],
            qualitative_evaluations=_zone_of(mark),
        )
        for number, (mark, place) in enumerate(zip(marks, places, strict=True), start=1)
    ]


def _circle(place: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the centre and a point of the circle on the film."""
    x, y = place
    radius = mark_radius(*size)
    return np.array([[x, y], [x + (radius if x + radius <= size[0] else -radius), y]])


def _lung_of(mark: LesionMark) -> list[hd.sr.FindingSite] | None:
    side = mark.zone.partition("_")[0]
    codes = [code for code in LUNG_CODES.values() if side and code.meaning.lower().startswith(side)]
    return [hd.sr.FindingSite(code) for code in codes] or None


def _zone_of(mark: LesionMark) -> list[hd.sr.QualitativeEvaluation] | None:
    if not mark.zone:
        return None
    zone = Code(mark.zone.replace("_", "-"), PRIVATE_SCHEME, f"{mark.zone.replace('_', ' ')} zone")
    return [hd.sr.QualitativeEvaluation(_ZONE, zone)]
