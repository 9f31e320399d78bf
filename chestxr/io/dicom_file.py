"""Open a DICOM file of any origin within bounds of memory and time."""

import io
import zlib
from pathlib import Path

import pydicom
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_preamble

from .errors import FilmError
from .stored_film import MAX_PIXELS

__all__ = ["open_dicom"]

# Room for the largest film in colours of 8 bits or in 32 bits, and a header.
_MAX_BYTES = 4 * MAX_PIXELS + 2**24
# An element takes two or three reads, a film has hundreds of elements.
_MAX_READS = 100_000
_PIECE = 2**20
_PLAIN_META = b"\x02\x00\x10\x00UI\x14\x00" + uid.ExplicitVRLittleEndian.encode() + b"\0"


class _TooManyElements(ValueError):
    """A header has more elements, items and levels than any film's."""


class _BoundedBytes(io.BytesIO):
    """A file in memory, from which no more can be asked than it has, and not without end."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        if self.reads > _MAX_READS:
            raise _TooManyElements
        return super().read(size)


def open_dicom(path: Path, **options: object) -> Dataset:
    """
    Read a data set, with file meta information or without.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    **options
        Arguments of :py:func:`pydicom.dcmread`.

    Raises
    ------
    FilmError
        If the file is broken, larger than any film, inflates to more than any film, or has elements without end.
    OSError
        If the system does not read the file.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise _too_large(path)
    content = path.read_bytes()
    try:
        dataset = pydicom.dcmread(_BoundedBytes(_inflated(content, path)), force=True, **options)
        dataset.get("Rows")
    except FilmError:
        raise
    except _TooManyElements as error:
        raise FilmError(
            path, "a header of very many elements", "a radiograph", "check the file's origin; it may be hostile"
        ) from error
    except Exception as error:  # in memory, nothing can fail but the file's own sense
        raise FilmError(
            path, "a truncated or broken DICOM file", "a whole DICOM file", "export or copy it again"
        ) from error
    dataset.buffer = None
    return dataset


def _inflated(content: bytes, path: Path) -> bytes:
    """Return a deflated file as it would be without (DICOM PS3.5, A.5), and others as they are."""
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
        if size > _MAX_BYTES:
            raise _too_large(path)
    if not inflate.eof:
        raise EOFError
    return bytes(128) + b"DICM" + _PLAIN_META + b"".join(pieces)


def _too_large(path: Path) -> FilmError:
    return FilmError(
        path,
        f"a file of more than {_MAX_BYTES // 2**20} MiB",
        f"a film of at most {MAX_PIXELS:,} pixels",
        "check the file's origin; it may be broken or hostile",
    )
