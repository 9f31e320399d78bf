"""Read an untrusted DICOM file with bounded memory and time."""

import io
import re
import zlib
from pathlib import Path
from typing import Any

import pydicom
from pydicom import uid
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_preamble
from pydicom.sequence import Sequence

from chestxr.io.film_file import check_bytes
from chestxr.utils.errors import FilmError, broken_file

__all__ = ["open_dicom", "without_pixels"]

# An element takes two or three reads; a film has hundreds of elements.
_MAX_READS = 100_000
# Text, numbers, tables and sequences of a film; pydicom's objects for them take hundreds of times the memory.
_MAX_HEADER = 2**22
# Items per sequence, and nesting levels: each level makes pydicom's error messages three times as long.
_MAX_ITEMS, _MAX_LEVELS = 1000, 6
_ITEM_TAGS = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")
_PIECE = 2**20
# FloatPixelData is the first element of pixels.
_PIXELS = 0x7FE00008
_DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
# Pixel data of undefined length in explicit VR: the only form of compressed pixel data (DICOM PS3.5, A.4).
_ENCAPSULATED = re.compile(rb"\xe0\x7f\x10\x00O[BW]\0\0\xff\xff\xff\xff")
_PLAIN_META = b"\x02\x00\x10\x00UI\x14\x00" + uid.ExplicitVRLittleEndian.encode() + b"\0"


class _TooManyElements(ValueError):
    """Raised for a header with more elements, items or levels than any film has."""


class _BoundedBytes(io.BytesIO):
    """File in memory that limits the number of reads."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        if self.reads > _MAX_READS:
            raise _TooManyElements
        return super().read(size)


def open_dicom(content: bytes, path: Path, **options: Any) -> Dataset:
    """
    Read a data set, with or without file meta information; private elements are removed.

    Parameters
    ----------
    content : bytes
        The file.
    path : pathlib.Path
        Its name, for errors.
    **options
        Arguments of :py:func:`pydicom.dcmread`.

    Raises
    ------
    FilmError
        If the file is broken, its deflated content is larger than any film, or its header is too large or has too many
        elements.
    """
    try:
        content = _inflated(content, path)
        dataset: Dataset = pydicom.dcmread(_BoundedBytes(content), force=True, **options)
        if "PixelData" not in dataset and not options:
            dataset = _recovered(content, dataset)
        _leave_private_out(dataset)
        if _header_bytes(dataset) > _MAX_HEADER:
            raise _hostile(path, f"a header of more than {_MAX_HEADER // 2**20} MiB")
        _open_sequences(dataset)
        dataset.get("Rows")
    except (FilmError, MemoryError):
        raise
    except _TooManyElements as error:
        raise _hostile(path, "a header with too many elements") from error
    except Exception as error:  # the file is in memory: only its content can be at fault
        raise broken_file(path, "DICOM") from error
    dataset.buffer = None
    return dataset


def without_pixels(dataset: Dataset) -> Dataset:
    """Return a data set up to its pixel data, without converting its values."""
    return dataset[:_PIXELS]


def _inflated(content: bytes, path: Path) -> bytes:
    """Decompress a deflated file (DICOM PS3.5, A.5); return other files unchanged."""
    file = _BoundedBytes(content)
    read_preamble(file, force=True)
    meta = read_dataset(file, False, True, stop_when=lambda tag, vr, length: tag.group != 2)
    if meta.get("TransferSyntaxUID") != uid.DeflatedExplicitVRLittleEndian:
        return content
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    pieces, size, rest = [], 0, content[file.tell() :]
    while rest and not inflate.eof:
        pieces.append(inflate.decompress(rest, _PIECE))
        size += len(pieces[-1])
        rest = inflate.unconsumed_tail
        check_bytes(path, size)
    if not inflate.eof:
        raise EOFError
    return bytes(128) + b"DICM" + _PLAIN_META + b"".join(pieces)


def _recovered(content: bytes, dataset: Dataset) -> Dataset:
    """
    Recover compressed pixel data that pydicom skips: truncated, without a delimiter, or after a wrong length.

    They are the last element of a film; `check_pixel_data` compares them with the header.
    """
    starts = [match.end() for match in _ENCAPSULATED.finditer(content)]
    if not starts:
        return dataset
    fragments = _fragments(content[starts[-1] :])
    if "Rows" not in dataset:
        dataset = pydicom.dcmread(_BoundedBytes(content[: starts[-1]] + fragments + _DELIMITER), force=True)
    if fragments and "PixelData" not in dataset:
        dataset.add_new("PixelData", "OB", fragments)
        dataset["PixelData"].is_undefined_length = True
    return dataset


def _fragments(content: bytes) -> bytes:
    """Return the items at the start of the content; the last one is cut to the bytes that are there."""
    end = 0
    while content[end : end + 4] == _ITEM_TAGS[0] and end + 8 <= len(content):
        length = int.from_bytes(content[end + 4 : end + 8], "little")
        if end + 8 + length > len(content):
            rest = content[end + 8 :]
            return content[: end + 4] + len(rest).to_bytes(4, "little") + rest
        end += 8 + length
    return content[:end]


def _leave_private_out(dataset: Dataset) -> None:
    """Remove private elements, which can have any size and, if pydicom knows the vendor, be sequences."""
    for tag in [element.tag for element in dataset.values() if element.tag.is_private]:
        del dataset[tag]
    for items in _sequences(dataset):
        for item in items:
            _leave_private_out(item)


def _header_bytes(dataset: Dataset) -> int:
    """Return the number of bytes that pydicom converts to objects on access."""
    waiting = sum(len(element.value or b"") for element in _raw_elements(dataset) if not _is_bulk(element))
    return waiting + sum(_header_bytes(item) for items in _sequences(dataset) for item in items)


def _sequences(dataset: Dataset) -> list[Sequence]:
    """Return the sequences that are already parsed; pydicom parses those of undefined length at once."""
    elements = [element for element in dataset.values() if isinstance(element, DataElement)]
    return [element.value for element in elements if element.VR == "SQ"]


def _raw_elements(dataset: Dataset) -> list[RawDataElement]:
    """Return the elements whose values are still bytes."""
    return [element for element in dataset.values() if isinstance(element, RawDataElement)]


def _open_sequences(dataset: Dataset, level: int = 0) -> None:
    """Parse sequences of defined length too, level by level, up to the limits of items and levels."""
    for element in [element for element in _raw_elements(dataset) if _kind(element) == "SQ"]:
        if max(map((element.value or b"").count, _ITEM_TAGS)) > _MAX_ITEMS:
            raise _TooManyElements
        try:
            for item in dataset[element.tag].value:
                _leave_private_out(item)
        except RecursionError:  # pydicom parses nested sequences of undefined length by recursion
            raise _TooManyElements from None
        except Exception:  # a broken sequence raises again where it is used
            continue
    for items in _sequences(dataset):
        if level == _MAX_LEVELS or len(items) > _MAX_ITEMS:
            raise _TooManyElements
        for item in items:
            _open_sequences(item, level + 1)


def _is_bulk(element: RawDataElement) -> bool:
    """Return whether pydicom keeps a value as bytes: pixels, overlays, profiles."""
    return _kind(element).startswith("O")


def _kind(element: RawDataElement) -> str:
    """Return an element's value representation, from the dictionary if the file has none, "" if it is unknown."""
    if element.VR not in (None, "UN"):
        return element.VR
    try:
        return dictionary_VR(element.tag)
    except KeyError:
        return ""


def _hostile(path: Path, found: str) -> FilmError:
    return FilmError(path, found, "a radiograph", "check the file's origin; it may be hostile")
