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


__all__ = ["decode_jpeg", "is_jpeg"]

_LOSSY = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit)
_LOSSLESS = (uid.JPEGLossless, uid.JPEGLosslessSV1)
_JPEG_LS = (uid.JPEGLSLossless, uid.JPEGLSNearLossless)


def is_jpeg(dataset: Dataset) -> bool:
    """Say whether a film's pixels are a JPEG or JPEG-LS stream that `decode_jpeg` decodes."""
    syntax = dataset.file_meta.TransferSyntaxUID
    # Only lossy streams tell a decoder that their colours are to be converted.
    plain = dataset.SamplesPerPixel == 1 or dataset.PhotometricInterpretation == "RGB"
    return syntax in _LOSSY or (plain and syntax in (*_LOSSLESS, *_JPEG_LS))


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
        If the stream is broken or has wider values than the header.
    """
    stream = b"".join(generate_frames(dataset.PixelData, number_of_frames=1))
    if dataset.file_meta.TransferSyntaxUID in _JPEG_LS:
        pixels = imagecodecs.jpegls_decode(stream)
    else:
        as_it_is = {"colorspace": "RGB", "outcolorspace": "RGB"} if dataset.PhotometricInterpretation == "RGB" else {}
        pixels = imagecodecs.jpeg_decode(stream, **as_it_is)
    if pixels.itemsize * 8 > dataset.BitsAllocated:
        raise ValueError("wider values than the header")
    return _signed(pixels, int(dataset.BitsStored)) if dataset.PixelRepresentation == 1 else pixels


def _signed(pixels: np.ndarray, bits: int) -> np.ndarray:
    """Read values of so many bits as two's complement."""
    spare = pixels.itemsize * 8 - min(bits, pixels.itemsize * 8)
    return (pixels << spare).view(f"i{pixels.itemsize}") >> spare
