"""
Compatibility with pydicom 2 and 3.

MONAI Label 0.8.5 pins pydicom 2, and its app reads films with this package. Once MONAI Label supports pydicom 3, remove
this file and import from pydicom.
"""

from collections.abc import Iterator

from pydicom import uid

try:
    from pydicom.encaps import generate_frames
    from pydicom.pixels import apply_modality_lut, apply_voi_lut, convert_color_space

    # Whether `Dataset.pixel_array` converts uncompressed YBR_FULL values to RGB.
    CONVERTS_COLORS = True
except ImportError:
    from pydicom.encaps import generate_pixel_data_frame
    from pydicom.pixel_data_handlers.util import (  # type: ignore[no-redef]
        apply_modality_lut,
        apply_voi_lut,
        convert_color_space,
    )

    CONVERTS_COLORS = False

    def generate_frames(encapsulated: bytes, number_of_frames: int) -> Iterator[bytes]:  # type: ignore[misc]
        """Return an iterator over the encoded frames, as pydicom 3 does."""
        return generate_pixel_data_frame(encapsulated, number_of_frames)


__all__ = [
    "CONVERTS_COLORS",
    "HTJ2K",
    "HTJ2K_LOSSLESS",
    "HTJ2K_LOSSLESS_RPCL",
    "JPEG_LOSSLESS_P14",
    "apply_modality_lut",
    "apply_voi_lut",
    "convert_color_space",
    "generate_frames",
]

# JPEGLossless in pydicom 3; in pydicom 2 that name means JPEGLosslessSV1.
JPEG_LOSSLESS_P14 = uid.UID("1.2.840.10008.1.2.4.57")
# HTJ2KLossless, HTJ2KLosslessRPCL and HTJ2K in pydicom 3.
HTJ2K_LOSSLESS, HTJ2K_LOSSLESS_RPCL, HTJ2K = (uid.UID(f"1.2.840.10008.1.2.4.{last}") for last in (201, 202, 203))
