"""Palette colour look-up tables of DICOM films."""

from pathlib import Path

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset

from chestxr.utils.errors import FilmError

__all__ = ["apply_palette"]

_COLOURS = ("Red", "Green", "Blue")


def apply_palette(stored: np.ndarray, dataset: Dataset, path: Path) -> np.ndarray:
    """
    Look up the colours of pixels (DICOM PS3.3, C.7.6.3.1.5 and C.7.6.3.1.6).

    pydicom casts pixels to the type of the palette's entries, so that they wrap around at 256, does not swap the bytes
    of big-endian files, and expands segmented palettes without a size limit.

    Parameters
    ----------
    stored : numpy.ndarray, shape (rows, columns), integer of at most 16 bits
        Palette indices.
    dataset : pydicom.Dataset
        The film, with its transfer syntax.
    path : pathlib.Path
        The file, for errors.

    Returns
    -------
    numpy.ndarray, shape (rows, columns, 3), uint8 or uint16
        Red, green and blue.

    Raises
    ------
    FilmError
        If the palette is segmented, missing, or of another size than its descriptors say.
    """
    if f"Segmented{_COLOURS[0]}PaletteColorLookupTableData" in dataset:
        raise FilmError(path, "a segmented palette", "shades of grey, or a whole palette", "convert it to greyscale")
    descriptors = {tuple(dataset.get(f"{colour}PaletteColorLookupTableDescriptor") or ()) for colour in _COLOURS}
    data = [dataset.get(f"{colour}PaletteColorLookupTableData") or b"" for colour in _COLOURS]
    entries, first, bits = max(descriptors) or (0, 0, 0)
    entries = entries or 2**16
    width = len(data[0]) // entries
    whole = {len(table) for table in data} == {entries * width + entries * width % 2}
    if len(descriptors) > 1 or bits not in (8, 16) or width not in (1, 2) or not whole or stored.itemsize > 2:
        raise FilmError(path, "a palette of another size than it says", "a whole palette", "convert it to greyscale")
    words = [np.frombuffer(table, _words(dataset)).astype("<u2") for table in data]
    tables = np.stack([table.view(f"<u{width}")[:entries] for table in words])
    if tables.max() < 256:  # 8-bit entries stored in 16 bits
        tables = tables.astype(np.uint8)
    numbers = np.subtract(stored, first, dtype=np.int32)
    return np.stack([table.take(numbers, mode="clip") for table in tables], axis=-1)


def _words(dataset: Dataset) -> str:
    return ">u2" if dataset.file_meta.TransferSyntaxUID == uid.ExplicitVRBigEndian else "<u2"
