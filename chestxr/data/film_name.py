"""Names and endings of film files."""

from pathlib import Path

__all__ = ["FILM_SUFFIXES", "film_name", "suffix_of"]

FILM_SUFFIXES = (".dcm", ".dicom", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".nii", ".nii.gz", "")


def suffix_of(path: Path) -> str:
    """Return a file's ending in lower case, ".nii.gz" as one; digits after a dot, as in a UID, are no ending."""
    name = path.name.lower()
    if name.endswith(".nii.gz"):
        return ".nii.gz"
    return "" if path.suffix[1:].isdigit() else path.suffix.lower()


def film_name(path: Path) -> str:
    """Return a file's name without its ending."""
    return path.name[: len(path.name) - len(suffix_of(path))]
