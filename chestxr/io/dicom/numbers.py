"""Tolerant parsing of numbers in a DICOM header: empty values, decimal commas, several values instead of one."""

import math

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

__all__ = ["number_of", "numbers_of", "rewrite_numbers"]


def numbers_of(dataset: Dataset, keyword: str) -> list[float]:
    """
    Return an element's values as finite numbers.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        The header.
    keyword : str
        The element.

    Returns
    -------
    list of float
        Empty if the element is missing or empty, or if one of its values is not a finite number. A comma is read as a
        decimal point.
    """
    try:
        value = dataset.get(keyword)
        values = list(value) if isinstance(value, (MultiValue, list, tuple)) else [value]
        found = [float(str(entry).strip().replace(",", ".")) for entry in values if entry not in (None, "")]
    except (TypeError, ValueError, OverflowError):
        return []
    return found if all(map(math.isfinite, found)) else []


def number_of(dataset: Dataset, keyword: str) -> float | None:
    """Return the first of :py:func:`numbers_of`, None if there is none."""
    return next(iter(numbers_of(dataset, keyword)), None)


def rewrite_numbers(dataset: Dataset) -> None:
    """
    Rewrite rescale and window in a form that pydicom reads, and remove those that are not numbers.

    A missing slope is set to 1 if there is an intercept, a missing intercept to 0 if there is a slope.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        The header, changed in place.
    """
    slope, intercept = number_of(dataset, "RescaleSlope"), number_of(dataset, "RescaleIntercept")
    windows = {keyword: numbers_of(dataset, keyword) for keyword in ("WindowCenter", "WindowWidth")}
    for keyword in ("RescaleSlope", "RescaleIntercept", *windows):
        dataset.pop(keyword, None)
    if slope is not None or intercept is not None:
        dataset.RescaleSlope = 1.0 if slope is None else slope
        dataset.RescaleIntercept = 0.0 if intercept is None else intercept
    if all(windows.values()):
        for keyword, values in windows.items():
            setattr(dataset, keyword, values)
