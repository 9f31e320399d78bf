"""Films that DICOM holds as JPEG or JPEG-LS; pydicom's plug-in for them, gdcm, ends the process over broken ones."""

import imagecodecs
import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset

try:
    from pydicom.encaps import generate_frames
except ImportError:  # pydicom 2
    from pydicom.encaps import generate_pixel_data_frame

    def generate_frames(encapsulated: bytes, number_of_frames: int):
        """Give the name and the argument that they have in pydicom 3."""
        return generate_pixel_data_frame(encapsulated, number_of_frames)


try:
    from pydicom.pixels import convert_color_space
except ImportError:  # pydicom 2
    from pydicom.pixel_data_handlers.util import convert_color_space

from .codestream import END, is_jpeg_of_rgb

__all__ = ["decode_jpeg", "is_jpeg"]

_LOSSY = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit)
_LOSSLESS = (uid.JPEGLossless, uid.JPEGLosslessSV1)
_JPEG_LS = (uid.JPEGLSLossless, uid.JPEGLSNearLossless)


def is_jpeg(dataset: Dataset) -> bool:
    """Say whether a film's pixels are a JPEG or JPEG-LS stream that `decode_jpeg` decodes."""
    return dataset.file_meta.TransferSyntaxUID in (*_LOSSY, *_LOSSLESS, *_JPEG_LS)


def decode_jpeg(dataset: Dataset) -> np.ndarray:
    """
    Decode a film of one frame, colours to RGB.

    Returns
    -------
    numpy.ndarray, shape (rows, columns) or (rows, columns, 3)
        The stored values.

    Raises
    ------
    ValueError, RuntimeError
        If the stream is broken or cut off, has wider values than the header, or colours of a kind that JPEG has not.
    """
    stream = b"".join(generate_frames(dataset.PixelData, number_of_frames=1))
    syntax, photometric = dataset.file_meta.TransferSyntaxUID, dataset.PhotometricInterpretation
    # Only lossy streams tell a decoder that their colours are to be converted.
    untold = syntax not in _LOSSY and dataset.SamplesPerPixel > 1
    if syntax in _JPEG_LS:
        pixels = _decode_jpeg_ls(stream)
    elif untold or photometric == "RGB":
        pixels = imagecodecs.jpeg_decode(stream, colorspace="RGB", outcolorspace="RGB")
    else:
        pixels = imagecodecs.jpeg_decode(stream)
    if untold and photometric != "RGB" and not is_jpeg_of_rgb(stream):
        pixels = _as_rgb(pixels, photometric)
    if pixels.itemsize * 8 > dataset.BitsAllocated:
        raise ValueError("wider values than the header")
    return _signed(pixels, int(dataset.BitsStored)) if dataset.PixelRepresentation == 1 else pixels


def _decode_jpeg_ls(stream: bytes) -> np.ndarray:
    end = stream.rfind(END)
    if end < 0:
        # CharLS 2.4.3 seeks the end of some such streams for seconds.
        raise ValueError("a stream without an end")
    return imagecodecs.jpegls_decode(stream[: end + len(END)])


def _as_rgb(pixels: np.ndarray, photometric: str) -> np.ndarray:
    """Convert the one kind of other colours that these streams can have."""
    if not photometric.startswith("YBR_FULL") or pixels.itemsize > 1:
        raise ValueError("colours that JPEG has not")
    return convert_color_space(pixels, photometric, "RGB")


def _signed(pixels: np.ndarray, bits: int) -> np.ndarray:
    """Read values of so many bits as two's complement."""
    spare = pixels.itemsize * 8 - min(bits, pixels.itemsize * 8)
    return (pixels << spare).view(f"i{pixels.itemsize}") >> spare
