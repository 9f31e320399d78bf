"""The encodings of pixel data in DICOM from which films are read (DICOM PS3.5, 10)."""

from pydicom import uid

__all__ = [
    "FILM_SYNTAXES",
    "JPEG_2000",
    "JPEG_LOSSLESS",
    "JPEG_LOSSY",
    "JPEG_LS",
    "LOSSLESS_STREAMS",
    "RUN_LENGTHS",
    "UNCOMPRESSED",
    "syntax_name",
]

UNCOMPRESSED = (
    *(uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian),
    *(uid.ExplicitVRBigEndian, uid.DeflatedExplicitVRLittleEndian),
)
RUN_LENGTHS = (uid.RLELossless,)
JPEG_LOSSY = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit)
# The first is called by the second's name in pydicom 2.
JPEG_LOSSLESS = (uid.UID("1.2.840.10008.1.2.4.57"), uid.JPEGLosslessSV1)
JPEG_LS = (uid.JPEGLSLossless, uid.JPEGLSNearLossless)
# The last three, of high throughput, have no name in pydicom 2.
JPEG_2000 = (
    *(uid.JPEG2000Lossless, uid.JPEG2000),
    *(uid.UID(f"1.2.840.10008.1.2.4.{last}") for last in (201, 202, 203)),
)
LOSSLESS_STREAMS = (*JPEG_LOSSLESS, uid.JPEGLSLossless, uid.JPEG2000Lossless, *JPEG_2000[2:4])
FILM_SYNTAXES = (*UNCOMPRESSED, *RUN_LENGTHS, *JPEG_LOSSY, *JPEG_LOSSLESS, *JPEG_LS, *JPEG_2000)


def syntax_name(syntax: uid.UID) -> str:
    """Name a transfer syntax of the standard; what others are called may be anything."""
    return syntax.name if syntax in uid.UID_dictionary else "an unknown transfer syntax"
