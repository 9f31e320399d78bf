"""
Decode the pixel data of a DICOM film in any supported transfer syntax.

pydicom only returns the compressed stream: gdcm, its first choice of decoder, ends the process on broken streams.
"""

from pathlib import Path

import imagecodecs
import numpy as np
import torch
from pydicom.dataset import Dataset

from chestxr.io.codestream import END, codestream_head, is_jpeg_of_rgb

from ._compat import CONVERTS_COLORS, convert_color_space, generate_frames
from .consistency import GREY
from .lower_resolution import decode_lower_resolution
from .numbers import number_of
from .rle import decode_rle
from .transfer_syntaxes import JPEG_2000, JPEG_LOSSLESS, JPEG_LS, LOSSLESS_STREAMS, RLE, UNCOMPRESSED

__all__ = ["decode_pixels"]

# The JPEG 2000 decoder converts these to RGB.
_RGB_IN_JPEG_2000 = ("YBR_RCT", "YBR_ICT")


def decode_pixels(dataset: Dataset, path: Path, least_side: int | None = None) -> np.ndarray:
    """
    Decode a single-frame film; colours are converted to RGB.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        The film; `check_pixel_data` has accepted it.
    path : pathlib.Path
        The file, for errors.
    least_side : int or None, optional
        As for :py:func:`chestxr.io.read_film`.

    Returns
    -------
    numpy.ndarray, shape (rows, columns) or (rows, columns, 3)
        The stored values.

    Raises
    ------
    FilmError
        If an RLE segment is broken.
    Exception
        If a stream is broken or truncated, has another size or wider values than the header, or an unsupported colour
        space. Decoders raise unrelated exceptions.
    """
    syntax, photometric = dataset.file_meta.TransferSyntaxUID, dataset.PhotometricInterpretation
    if syntax in UNCOMPRESSED:
        pixels = _as_stored_bits(_uncompressed(dataset), dataset, highest=number_of(dataset, "HighBit"))
        converted = CONVERTS_COLORS and photometric.startswith("YBR_FULL")
        # Programs that decompress JPEG 2000 leave these two names in the header.
        return pixels if converted or photometric in _RGB_IN_JPEG_2000 else _as_rgb(pixels, photometric)
    if syntax in RLE:
        stored = _as_stored_bits(decode_rle(dataset, path), dataset, highest=number_of(dataset, "HighBit"))
        return _as_rgb(stored, photometric)
    return _decompressed(dataset, least_side)


def _uncompressed(dataset: Dataset) -> np.ndarray:
    """Return values with all allocated bits: pydicom keeps only the lowest ones."""
    stored = dataset.BitsStored
    dataset.BitsStored = dataset.BitsAllocated
    try:
        return dataset.pixel_array
    finally:
        dataset.BitsStored = stored


def _decompressed(dataset: Dataset, least_side: int | None) -> np.ndarray:
    stream = b"".join(generate_frames(dataset.PixelData, number_of_frames=1))
    pixels = _decode_stream(stream, dataset, least_side)
    if pixels.shape[:2] != (dataset.Rows, dataset.Columns) or pixels.itemsize * 8 > dataset.BitsAllocated:
        raise ValueError("the size or bit depth differs from the header")
    head = codestream_head(dataset.PixelData)
    if head is None:
        raise ValueError("no codestream")
    if pixels.dtype.kind != _kind(dataset):
        # JPEG and JPEG-LS are unsigned; some programs write unsigned JPEG 2000 too.
        return _as_stored_bits(pixels, dataset, head.bits)
    # Lossy values may slightly exceed the range.
    lossless = dataset.file_meta.TransferSyntaxUID in LOSSLESS_STREAMS
    if lossless and head.bits > dataset.BitsStored and not np.array_equal(_as_stored_bits(pixels, dataset), pixels):
        raise ValueError("more bits per value than in the header")
    return pixels


def _decode_stream(stream: bytes, dataset: Dataset, least_side: int | None) -> np.ndarray:
    syntax, photometric = dataset.file_meta.TransferSyntaxUID, dataset.PhotometricInterpretation
    if syntax in JPEG_2000:
        if least_side and photometric in GREY and _kind(dataset) == "u":
            pixels = decode_lower_resolution(stream, least_side)
            if pixels is not None:
                return pixels
        pixels = imagecodecs.jpeg2k_decode(stream, numthreads=torch.get_num_threads())
        return pixels if photometric in _RGB_IN_JPEG_2000 else _as_rgb(pixels, photometric)
    if syntax in JPEG_LS:
        return _as_rgb(_decode_jpeg_ls(stream), photometric)
    return _decode_jpeg(stream, photometric, lossless=syntax in JPEG_LOSSLESS)


def _decode_jpeg(stream: bytes, photometric: str, lossless: bool) -> np.ndarray:
    # Only in lossy streams does the decoder know that colours must be converted.
    if photometric in GREY or not (lossless or photometric == "RGB"):
        return imagecodecs.jpeg_decode(stream)
    pixels = imagecodecs.jpeg_decode(stream, colorspace="RGB", outcolorspace="RGB")
    return pixels if is_jpeg_of_rgb(stream) else _as_rgb(pixels, photometric)


def _decode_jpeg_ls(stream: bytes) -> np.ndarray:
    end = stream.rfind(END)
    if end < 0:
        # CharLS 2.4.3 searches some such streams for seconds.
        raise ValueError("a stream without an end marker")
    return imagecodecs.jpegls_decode(stream[: end + len(END)])


def _as_rgb(pixels: np.ndarray, photometric: str) -> np.ndarray:
    """Convert YBR_FULL, the only other colour space of these encodings, to RGB."""
    if pixels.ndim < 3 or photometric == "RGB":
        return pixels
    if not photometric.startswith("YBR_FULL") or pixels.itemsize > 1:
        raise ValueError("an unsupported colour space")
    return convert_color_space(pixels, photometric, "RGB")


def _as_stored_bits(pixels: np.ndarray, dataset: Dataset, most: int = 32, highest: float | None = None) -> np.ndarray:
    """
    Extract the stored bits of values, signed as the header says; the other bits are undefined (PS3.5, 8.1.1).

    They are the lowest bits, unless `highest` is another high bit.
    """
    of_kind = pixels.view(pixels.dtype.str.replace(pixels.dtype.kind, _kind(dataset)))
    room = pixels.itemsize * 8
    spare = room - min(int(dataset.BitsStored), most, room)
    above = spare if highest is None else min(max(room - 1 - int(highest), 0), spare)
    return of_kind << above >> spare if spare else of_kind


def _kind(dataset: Dataset) -> str:
    """Return NumPy's kind of integer, signed "i" or unsigned "u", as the header says."""
    return "i" if dataset.PixelRepresentation == 1 else "u"
