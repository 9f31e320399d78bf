"""Supported DICOM transfer syntaxes (DICOM PS3.5, 10)."""

from pydicom import uid

from ._compat import HTJ2K, HTJ2K_LOSSLESS, HTJ2K_LOSSLESS_RPCL, JPEG_LOSSLESS_P14

__all__ = [
    "FILM_SYNTAXES",
    "JPEG_2000",
    "JPEG_LOSSLESS",
    "JPEG_LS",
    "LOSSLESS_STREAMS",
    "RLE",
    "UNCOMPRESSED",
    "syntax_name",
]

UNCOMPRESSED = (
    *(uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian),
    *(uid.ExplicitVRBigEndian, uid.DeflatedExplicitVRLittleEndian),
)
RLE = (uid.RLELossless,)
_JPEG_LOSSY = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit)
JPEG_LOSSLESS = (JPEG_LOSSLESS_P14, uid.JPEGLosslessSV1)
JPEG_LS = (uid.JPEGLSLossless, uid.JPEGLSNearLossless)
JPEG_2000 = (uid.JPEG2000Lossless, uid.JPEG2000, HTJ2K_LOSSLESS, HTJ2K_LOSSLESS_RPCL, HTJ2K)
LOSSLESS_STREAMS = (*JPEG_LOSSLESS, uid.JPEGLSLossless, uid.JPEG2000Lossless, HTJ2K_LOSSLESS, HTJ2K_LOSSLESS_RPCL)
FILM_SYNTAXES = (*UNCOMPRESSED, *RLE, *_JPEG_LOSSY, *JPEG_LOSSLESS, *JPEG_LS, *JPEG_2000)


def syntax_name(syntax: uid.UID) -> str:
    """Return the name of a standard transfer syntax; others are not named, since their text could be anything."""
    return syntax.name if syntax in uid.UID_dictionary else "an unknown transfer syntax"
