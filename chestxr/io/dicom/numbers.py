"""Numbers of a DICOM header, as programs write them: empty, with a decimal comma, or several where one is expected."""

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
        Empty if the element is missing or empty, or if one of its values is no finite number. A comma counts as a
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
    """Return an element's first number, None if there is none, as for :py:func:`numbers_of`."""
    return next(iter(numbers_of(dataset, keyword)), None)


def rewrite_numbers(dataset: Dataset) -> None:
    """
    Rewrite rescale and window as pydicom reads them, and remove those that are no numbers.

    A slope without an intercept, or the other way round, is completed: by 1 or 0.

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
