"""
The stored values of a film in DICOM, however they are encoded.

Of compressed ones pydicom only gives the stream: gdcm, which it asks first, ends the process over broken ones.
"""

from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import torch
from pydicom.dataset import Dataset

try:
    from pydicom.encaps import generate_frames
    from pydicom.pixels import convert_color_space
except ImportError:  # pydicom 2
    from pydicom.encaps import generate_pixel_data_frame
    from pydicom.pixel_data_handlers.util import convert_color_space

    def generate_frames(encapsulated: bytes, number_of_frames: int):
        """Give the name and the argument that they have in pydicom 3."""
        return generate_pixel_data_frame(encapsulated, number_of_frames)


from .codestream import END, is_jpeg_of_rgb
from .dicom_runs import decode_runs
from .transfer_syntaxes import JPEG_2000, JPEG_LOSSLESS, JPEG_LS, RUN_LENGTHS, UNCOMPRESSED

__all__ = ["decode_pixels"]

_PYDICOM_MAJOR = int(pydicom.__version__.split(".")[0])


def decode_pixels(dataset: Dataset, path: Path) -> np.ndarray:
    """
    Decode a film of one frame, colours to RGB.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        The film; its header has been found to fit its pixel data (`check_claims`).
    path : pathlib.Path
        The file, for errors.

    Returns
    -------
    numpy.ndarray, shape (rows, columns) or (rows, columns, 3)
        The stored values.

    Raises
    ------
    FilmError
        If run lengths are broken.
    Exception
        If a stream is broken or cut off, is of another size or has wider values than the header, or has colours of a
        kind that its encoding has not; decoders raise errors of many kinds.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax in UNCOMPRESSED:
        pixels, photometric = dataset.pixel_array, dataset.PhotometricInterpretation
        return _as_rgb(pixels, photometric) if _PYDICOM_MAJOR < 3 and photometric.startswith("YBR_FULL") else pixels
    if syntax in RUN_LENGTHS:
        return _as_rgb(decode_runs(dataset, path), dataset.PhotometricInterpretation)
    pixels = _decode_stream(b"".join(generate_frames(dataset.PixelData, number_of_frames=1)), dataset)
    if pixels.shape[:2] != (dataset.Rows, dataset.Columns) or pixels.itemsize * 8 > dataset.BitsAllocated:
        raise ValueError("another size or wider values than in the header")
    return _with_sign(pixels, dataset)


def _decode_stream(stream: bytes, dataset: Dataset) -> np.ndarray:
    syntax, photometric = dataset.file_meta.TransferSyntaxUID, dataset.PhotometricInterpretation
    if syntax in JPEG_2000:
        pixels = imagecodecs.jpeg2k_decode(stream, numthreads=torch.get_num_threads())
        # What makes RGB of these two is part of the decoding.
        return pixels if photometric in ("YBR_RCT", "YBR_ICT") else _as_rgb(pixels, photometric)
    if syntax in JPEG_LS:
        return _as_rgb(_decode_jpeg_ls(stream), photometric)
    # Only lossy streams tell a decoder that their colours are to be converted.
    untold = syntax in JPEG_LOSSLESS and dataset.SamplesPerPixel > 1
    if not untold and photometric != "RGB":
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


def _with_sign(pixels: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Read values as two's complement of as many bits as are stored, or as none, where a stream does not say so."""
    kind = "i" if dataset.PixelRepresentation == 1 else "u"
    if pixels.dtype.kind == kind:
        return pixels
    spare = pixels.itemsize * 8 - min(int(dataset.BitsStored), pixels.itemsize * 8)
    return (pixels << spare).view(f"{kind}{pixels.itemsize}") >> spare
