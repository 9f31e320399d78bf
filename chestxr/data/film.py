"""One film of a collection, and its lesions."""

import math
from dataclasses import dataclass
from pathlib import Path

from .film_name import film_name

__all__ = ["Film", "LesionBox"]


@dataclass(frozen=True)
class LesionBox:
    """
    A box that a radiologist drew around a lesion.

    Attributes
    ----------
    kind : str
        "active", or "latent" for healed tuberculosis.
    left, top, right, bottom : float
        Edges in pixels of the film.
    """

    kind: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Film:
    """
    A film, its masks and its metadata.

    Attributes
    ----------
    image : pathlib.Path
        The film's file.
    masks : tuple of pathlib.Path
        Empty, one merged mask, or the right lung's and the left lung's mask.
    site : str
        Where the film was taken: "montgomery", "shenzhen", or the folder's name.
    patient : str
        Patient identifier, the same for all films of a patient.
    tuberculosis : int or None
        1 for tuberculosis, 0 for normal, None if unknown.
    sex : str
        "F", "M", or "" if unknown.
    age_years : float
        Age in years, NaN if unknown.
    reading : str
        The radiologist's reading, "" if unknown.
    boxes : tuple of LesionBox
        Boxes around lesions.
    name : str
        Name, unique in the collection; by default the file name without extension.
    """

    image: Path
    masks: tuple[Path, ...] = ()
    site: str = ""
    patient: str = ""
    tuberculosis: int | None = None
    sex: str = ""
    age_years: float = math.nan
    reading: str = ""
    boxes: tuple[LesionBox, ...] = ()
    name: str = ""

    def __post_init__(self) -> None:
        """Set the default name."""
        if not self.name:
            object.__setattr__(self, "name", film_name(self.image))
