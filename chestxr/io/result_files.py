"""File names of the results of a film."""

from os import PathLike
from pathlib import Path

__all__ = [
    "DICOM_ENDINGS",
    "LESIONS",
    "LUNGS",
    "OVERLAY",
    "PICTURE",
    "PRESENTATION",
    "REPORT",
    "RESULT_ENDINGS",
    "SEGMENTATION",
    "ZONE_MAP",
    "result_file",
]

LUNGS = "lungs.png"
OVERLAY = "overlay.png"
ZONE_MAP = "zones.png"
LESIONS = "lesions.png"
SEGMENTATION = "seg.dcm"
REPORT = "sr.dcm"
PRESENTATION = "pr.dcm"
PICTURE = "sc.dcm"
# In the order in which they are stored: a film whose report an archive has is answered.
DICOM_ENDINGS = (SEGMENTATION, PRESENTATION, PICTURE, REPORT)
RESULT_ENDINGS = (LUNGS, OVERLAY, ZONE_MAP, LESIONS, *DICOM_ENDINGS)


def result_file(folder: str | PathLike, film: str, ending: str) -> Path:
    """Return the path of one result of a film, ``FOLDER/FILM_ENDING``."""
    return Path(folder) / f"{film}_{ending}"
