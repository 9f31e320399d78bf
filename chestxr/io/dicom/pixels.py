"""
The stored values of a film in DICOM, however they are encoded.

Of compressed ones pydicom only gives the stream: gdcm, which it asks first, ends the process over broken ones.
"""

from pathlib import Path

import imagecodecs
import numpy as np
import torch
from pydicom.dataset import Dataset

from chestxr.io.codestream import END, codestream_head, is_jpeg_of_rgb

from ._compat import CONVERTS_COLORS, convert_color_space, generate_frames
from .consistency import GREY
from .numbers import number_of
from .rle import decode_rle
from .transfer_syntaxes import JPEG_2000, JPEG_LOSSLESS, JPEG_LS, LOSSLESS_STREAMS, RLE, UNCOMPRESSED

__all__ = ["decode_pixels"]

# What makes RGB of these is part of decoding it.
_RGB_IN_JPEG_2000 = ("YBR_RCT", "YBR_ICT")


def decode_pixels(dataset: Dataset, path: Path) -> np.ndarray:
    """
    Decode a film of one frame, colours to RGB.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        The film; its header has been found to fit its pixel data (`check_pixel_data`).
    path : pathlib.Path
        The file, for errors.

    Returns
    -------
    numpy.ndarray, shape (rows, columns) or (rows, columns, 3)
        The stored values.

    Raises
    ------
    FilmError
        If an RLE segment is broken.
    Exception
        If a stream is broken or cut off, is of another size or has wider values than the header, or has colours of a
        kind that its encoding has not; decoders raise errors of many kinds.
    """
    syntax, photometric = dataset.file_meta.TransferSyntaxUID, dataset.PhotometricInterpretation
    if syntax in UNCOMPRESSED:
        pixels = _as_stored_bits(_uncompressed(dataset), dataset, highest=number_of(dataset, "HighBit"))
        converted = CONVERTS_COLORS and photometric.startswith("YBR_FULL")
        # Programs that decompress leave these two names behind.
        return pixels if converted or photometric in _RGB_IN_JPEG_2000 else _as_rgb(pixels, photometric)
    if syntax in RLE:
        stored = _as_stored_bits(decode_rle(dataset, path), dataset, highest=number_of(dataset, "HighBit"))
        return _as_rgb(stored, photometric)
    return _decompressed(dataset)


def _uncompressed(dataset: Dataset) -> np.ndarray:
    """Return values with all their bits: pydicom keeps the lowest ones alone."""
    stored = dataset.BitsStored
    dataset.BitsStored = dataset.BitsAllocated
    try:
        return dataset.pixel_array
    finally:
        dataset.BitsStored = stored


def _decompressed(dataset: Dataset) -> np.ndarray:
    pixels = _decode_stream(b"".join(generate_frames(dataset.PixelData, number_of_frames=1)), dataset)
    if pixels.shape[:2] != (dataset.Rows, dataset.Columns) or pixels.itemsize * 8 > dataset.BitsAllocated:
        raise ValueError("another size or wider values than in the header")
    head = codestream_head(dataset.PixelData)
    if head is None:
        raise ValueError("no codestream")
    if pixels.dtype.kind != _kind(dataset):
        # JPEG and JPEG-LS have no sign, and programs write JPEG 2000 without it too.
        return _as_stored_bits(pixels, dataset, head.bits)
    # Lossy values may lie a little beyond.
    lossless = dataset.file_meta.TransferSyntaxUID in LOSSLESS_STREAMS
    if lossless and head.bits > dataset.BitsStored and not np.array_equal(_as_stored_bits(pixels, dataset), pixels):
        raise ValueError("wider values than in the header")
    return pixels


def _decode_stream(stream: bytes, dataset: Dataset) -> np.ndarray:
    syntax, photometric = dataset.file_meta.TransferSyntaxUID, dataset.PhotometricInterpretation
    if syntax in JPEG_2000:
        pixels = imagecodecs.jpeg2k_decode(stream, numthreads=torch.get_num_threads())
        return pixels if photometric in _RGB_IN_JPEG_2000 else _as_rgb(pixels, photometric)
    if syntax in JPEG_LS:
        return _as_rgb(_decode_jpeg_ls(stream), photometric)
    return _decode_jpeg(stream, photometric, lossless=syntax in JPEG_LOSSLESS)


def _decode_jpeg(stream: bytes, photometric: str, lossless: bool) -> np.ndarray:
    # Only lossy streams tell a decoder that their colours are to be converted.
    if photometric in GREY or not (lossless or photometric == "RGB"):
        return imagecodecs.jpeg_decode(stream)
    pixels = imagecodecs.jpeg_decode(stream, colorspace="RGB", outcolorspace="RGB")
    return pixels if is_jpeg_of_rgb(stream) else _as_rgb(pixels, photometric)


def _decode_jpeg_ls(stream: bytes) -> np.ndarray:
    end = stream.rfind(END)
    if end < 0:
        # CharLS 2.4.3 seeks the end of some such streams for seconds.
        raise ValueError("a stream without an end")
    return imagecodecs.jpegls_decode(stream[: end + len(END)])


def _as_rgb(pixels: np.ndarray, photometric: str) -> np.ndarray:
    """Convert the one kind of other colours that these encodings can have."""
    if pixels.ndim < 3 or photometric == "RGB":
        return pixels
    if not photometric.startswith("YBR_FULL") or pixels.itemsize > 1:
        raise ValueError("colours that its encoding has not")
    return convert_color_space(pixels, photometric, "RGB")


def _as_stored_bits(pixels: np.ndarray, dataset: Dataset, most: int = 32, highest: float | None = None) -> np.ndarray:
    """
    Read the stored bits of values, with the sign that the header says; the others mean nothing (PS3.5, 8.1.1).

    They are the lowest bits, unless the highest of them has another number.
    """
    of_kind = pixels.view(pixels.dtype.str.replace(pixels.dtype.kind, _kind(dataset)))
    room = pixels.itemsize * 8
    spare = room - min(int(dataset.BitsStored), most, room)
    above = spare if highest is None else min(max(room - 1 - int(highest), 0), spare)
    return of_kind << above >> spare if spare else of_kind


def _kind(dataset: Dataset) -> str:
    """Return numpy's letter for integers with or without a sign, as the header says."""
    return "i" if dataset.PixelRepresentation == 1 else "u"
