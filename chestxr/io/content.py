"""Tell a file's format from its first bytes, not from its name."""

from pathlib import Path

from .errors import FilmError

__all__ = ["format_of"]

_NIFTI_MAGIC_OFFSET = 344
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
    b"II+\x00": "tiff",
    b"MM\x00+": "tiff",
    b"\x1f\x8b": "nifti",
}


def format_of(path: Path) -> str:
    """
    Return "dicom", "png", "jpeg", "tiff" or "nifti".

    Raises
    ------
    FilmError
        If the file is missing, empty or none of these.
    """
    if not path.is_file():
        raise FilmError(path, "no such file", "a film", "check the path")
    with path.open("rb") as file:
        head = file.read(_NIFTI_MAGIC_OFFSET + 4)
    if not head:
        raise FilmError(path, "an empty file", "a film", "export or copy it again")
    if head[128:132] == b"DICM":  # first of all: a DICOM file may carry a TIFF header in its preamble (PS3.10, 7.1)
        return "dicom"
    for signature, name in _SIGNATURES.items():
        if head.startswith(signature):
            return name
    if _looks_like_bare_dicom(head):
        return "dicom"
    if head[_NIFTI_MAGIC_OFFSET:] in (b"n+1\x00", b"ni1\x00") or head[4:8] in (b"n+2\x00", b"ni2\x00"):
        return "nifti"
    raise FilmError(
        path, "no image that chestxr reads", "DICOM, PNG, JPEG, TIFF or NIfTI", "convert it or leave it out"
    )


def _looks_like_bare_dicom(head: bytes) -> bool:
    """Recognise a data set without preamble: it starts with group 0002 or 0008 and a small element number."""
    little_endian = head[:2] in (b"\x02\x00", b"\x08\x00") and head[3:4] == b"\x00"
    big_endian = head[:2] == b"\x00\x08" and head[2:3] == b"\x00"
    return len(head) > 16 and (little_endian or big_endian)
