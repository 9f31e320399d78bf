"""Detect a file's format from its first bytes, not from its name."""

from pathlib import Path

from chestxr.utils.errors import FilmError

__all__ = ["FORMATS", "sniff_format"]

_NIFTI_MAGIC_OFFSET = 344
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
    b"II+\x00": "tiff",
    b"MM\x00+": "tiff",
    b"\x00\x00\x00\x0cjP  \r\n\x87\n": "jpeg2000",
    b"\xff\x4f\xff\x51": "jpeg2000",
    b"BM": "bmp",
    b"\x1f\x8b": "nifti",
}
FORMATS = "DICOM, PNG, JPEG, JPEG 2000, TIFF, BMP or NIfTI"
# Unsupported formats in which films are exchanged: offset of the signature, signature, name.
_OTHERS = (
    *((0, f"P{kind}\n".encode(), "a Netpbm picture (PGM, PPM)") for kind in range(1, 7)),
    *((4, f"ftyp{brand}".encode(), "a HEIF or AVIF picture") for brand in ("heic", "heix", "mif1", "avif")),
    (0, b"GIF8", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"NRRD0", "an NRRD file"),
    (0, b"ObjectType", "a MetaImage file"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
)


def sniff_format(content: bytes, path: Path) -> str:
    """
    Return "dicom", "png", "jpeg", "jpeg2000", "tiff", "bmp" or "nifti".

    Raises
    ------
    FilmError
        If the file is empty or none of these.
    """
    head = content[: _NIFTI_MAGIC_OFFSET + 4]
    if not head:
        raise FilmError(path, "an empty file", "a film", "export or copy it again")
    if head[128:132] == b"DICM":  # checked first: a DICOM file may have a TIFF header in its preamble (PS3.10, 7.1)
        return "dicom"
    for signature, name in _SIGNATURES.items():
        if head.startswith(signature):
            return name
    if _looks_like_bare_dicom(head):
        return "dicom"
    if head[_NIFTI_MAGIC_OFFSET:] in (b"n+1\x00", b"ni1\x00") or head[4:8] in (b"n+2\x00", b"ni2\x00"):
        return "nifti"
    raise FilmError(path, _other_format(head), FORMATS, "convert it or leave it out")


def _other_format(head: bytes) -> str:
    """Return the name of an unsupported format, if it is known."""
    names = (name for place, signature, name in _OTHERS if head.startswith(signature, place))
    return next(names, "no image that chestxr reads")


def _looks_like_bare_dicom(head: bytes) -> bool:
    """Return whether a file is a data set without preamble: group 0002 or 0008 first, with a small element number."""
    little_endian = head[:2] in (b"\x02\x00", b"\x08\x00") and head[3:4] == b"\x00"
    big_endian = head[:2] == b"\x00\x08" and head[2:3] == b"\x00"
    return len(head) > 16 and (little_endian or big_endian)
