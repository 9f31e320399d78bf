"""File names of the results of a film."""

from os import PathLike
from pathlib import Path

__all__ = ["LUNGS", "OVERLAY", "REPORT", "RESULT_ENDINGS", "SEGMENTATION", "ZONE_MAP", "result_file"]

LUNGS = "lungs.png"
OVERLAY = "overlay.png"
ZONE_MAP = "zones.png"
SEGMENTATION = "seg.dcm"
REPORT = "sr.dcm"
RESULT_ENDINGS = (LUNGS, OVERLAY, ZONE_MAP, SEGMENTATION, REPORT)


def result_file(folder: str | PathLike, film: str, ending: str) -> Path:
    """Return the path of one result of a film, ``FOLDER/FILM_ENDING``."""
    return Path(folder) / f"{film}_{ending}"
