"""Grey levels of a DICOM film: modality LUT, VOI LUT or window, polarity and pixel padding."""

import struct
from collections.abc import Callable

import numpy as np
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from ._compat import apply_modality_lut, apply_voi_lut
from .numbers import number_of, rewrite_numbers

__all__ = ["apply_luts", "is_inverted"]


def apply_luts(stored: np.ndarray, dataset: Dataset) -> np.ndarray:
    """
    Apply the modality LUT and the first VOI LUT or window, invert films stored bone black, and set padding to the
    darkest grey level.

    A VOI LUT or window that is broken or makes the image constant is ignored.

    Parameters
    ----------
    stored : numpy.ndarray, shape (rows, columns), integer
        The stored values.
    dataset : pydicom.dataset.Dataset
        The film.

    Returns
    -------
    numpy.ndarray, shape (rows, columns)
        The grey levels, higher ones brighter.
    """
    rewrite_numbers(dataset)
    values = _by_level(lambda levels: _positive(_apply_luts(levels, dataset), dataset), stored)
    if not np.ptp(values) > 0:
        values = _by_level(lambda levels: _positive(_apply_modality(levels, dataset), dataset), stored)
    padding = _padding(stored, dataset)
    if padding.any() and not padding.all():
        values = np.where(padding, values[~padding].min(), values)
    return values


def _by_level(shown: Callable[[np.ndarray], np.ndarray], stored: np.ndarray) -> np.ndarray:
    """Apply a function to stored values; for 8 and 16 bits once per occurring level, not once per pixel."""
    if stored.itemsize > 2:
        return shown(stored)
    stored = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    places = stored.view(f"u{stored.itemsize}")
    occurs = np.zeros(256**stored.itemsize, bool)
    occurs[places] = True
    levels = np.flatnonzero(occurs).astype(places.dtype).view(stored.dtype)
    values = shown(levels)
    if values is levels:
        return stored
    table = np.empty(len(occurs), values.dtype)
    table[occurs] = values
    return table[places]


def is_inverted(dataset: Dataset) -> bool:
    """
    Return whether low values are displayed bright.

    Presentation LUT Shape decides if present (DICOM PS3.3, C.8.11.3.1.2), otherwise MONOCHROME1.
    """
    shape = str(dataset.get("PresentationLUTShape") or "").upper()
    if shape in ("IDENTITY", "INVERSE"):
        return shape == "INVERSE"
    return dataset.get("PhotometricInterpretation") == "MONOCHROME1"


def _positive(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    if not is_inverted(dataset):
        return values
    low, high = _value_range(dataset)
    return (low + high) - values.astype(np.float64)


def _apply_luts(stored: np.ndarray, dataset: Dataset) -> np.ndarray:
    values = _apply_modality(stored, dataset)
    try:
        return _apply_voi(values, dataset)
    except (ValueError, KeyError, IndexError, NotImplementedError, TypeError, OverflowError, struct.error):
        return values


def _apply_modality(stored: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Apply modality LUT or rescale; pydicom reads only tables of 8 and 16 bits, so others are read as 16."""
    described = _described(dataset, "ModalityLUTSequence")
    if not described:
        return apply_modality_lut(stored, dataset)
    bits = described[2]
    described[2] = 8 if bits == 8 else 16
    try:
        return apply_modality_lut(stored, dataset)
    finally:
        described[2] = bits


def _apply_voi(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    """
    Apply the first VOI LUT or window.

    pydicom casts grey levels to the type of the table's entries: values outside it after a rescale, and from 256 on in
    a table of 8 bits, would wrap around.
    """
    described = _described(dataset, "VOILUTSequence")
    if not described:
        return _apply_window(values, dataset)
    entries, first, bits = described
    values = np.clip(values, np.float64(first), np.float64(first + (entries or 2**16) - 1))
    described[2] = 16 if bits == 8 else bits
    try:
        return apply_voi_lut(values, dataset, index=0)
    finally:
        described[2] = bits


def _apply_window(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    """
    Apply the first window to rescaled values, lower values darker (DICOM PS3.3, C.11.2.1.2).

    pydicom inverts the ramp if the slope is negative.
    """
    shown = apply_voi_lut(values, dataset, index=0)
    if shown is values or not dataset.get("RescaleSlope", 1) < 0:
        return shown
    low, high = _value_range(dataset)
    return (low + high) - shown


def _described(dataset: Dataset, sequence: str) -> MultiValue | None:
    """Return entries, first value and bits of a sequence's first table, None if it is missing or incomplete."""
    table = (dataset.get(sequence) or [Dataset()])[0]
    return None if table.get("LUTData") is None else table.get("LUTDescriptor")


def _value_range(dataset: Dataset) -> tuple[float, float]:
    """Return the lowest and highest possible value after the LUTs."""
    for sequence in ("VOILUTSequence", "ModalityLUTSequence"):
        if described := _described(dataset, sequence):
            return 0.0, float(2 ** int(described[2]) - 1)
    bits = int(dataset.BitsStored)
    low, high = (0, 2**bits - 1) if dataset.PixelRepresentation == 0 else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
    return low * slope + intercept, high * slope + intercept


def _padding(stored: np.ndarray, dataset: Dataset) -> np.ndarray:
    """
    Return a mask of the padding pixels (DICOM PS3.3, C.7.5.1.1.2).

    Value and limit are compared as stored bits, even if the header has them with the wrong sign.
    """
    value, limit = (number_of(dataset, name) for name in ("PixelPaddingValue", "PixelPaddingRangeLimit"))
    if value is None:
        return np.zeros(stored.shape, dtype=bool)
    low, high = (_as_stored(end, dataset) for end in sorted((value, value if limit is None else limit)))
    above, below = stored >= low, stored <= high
    return above & below if low <= high else above | below


def _as_stored(value: float, dataset: Dataset) -> int:
    """Convert a value to the bits and the sign of the stored values."""
    bits = int(dataset.BitsStored)
    unsigned = int(value) % 2**bits
    return unsigned - 2**bits if dataset.PixelRepresentation and unsigned >= 2 ** (bits - 1) else unsigned
