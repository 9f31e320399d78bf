"""Broken films, each drawn by its number."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from .byte_mutations import BYTE_MUTATIONS
from .dicom_mutations import DICOM_MUTATIONS
from .nifti_mutations import NIFTI_MUTATIONS
from .png_mutations import PNG_MUTATIONS

__all__ = ["Mutant", "draw_mutant", "mutations_of"]

_OWN = {"dicom": DICOM_MUTATIONS, "png": PNG_MUTATIONS, "nifti": NIFTI_MUTATIONS}
_SHARES = {"dicom": 0.54, "png": 0.16, "nifti": 0.16, "jpeg": 0.04, "jpeg2000": 0.03, "tiff": 0.05, "bmp": 0.02}
_SECOND_BLOW = 0.15
_ENDINGS = {"dicom": ".dcm", "png": ".png", "jpeg": ".jpg", "jpeg2000": ".jp2", "tiff": ".tif", "bmp": ".bmp"}


@dataclass(frozen=True)
class Mutant:
    """
    A broken film.

    Attributes
    ----------
    number : int
        Which one of the run.
    seed : str
        Name of the film that it was made of.
    mutation : str
        What was done to it, first of all.
    content : bytes
        The file.
    ending : str
        The ending of its name.
    """

    number: int
    seed: str
    mutation: str
    content: bytes
    ending: str

    @property
    def format(self) -> str:
        """The format, as the seed's."""
        return self.seed.split("/")[0]


def mutations_of(kind: str) -> tuple[Callable[[bytes, Random], bytes], ...]:
    """Return what can be done to a file of a format; what is done to bytes as often as what is the format's own."""
    return (*BYTE_MUTATIONS, *_OWN.get(kind, ()))


def draw_mutant(seeds: dict[str, bytes], run: int, number: int) -> Mutant:
    """
    Draw a broken film; the same run and number give the same one.

    Parameters
    ----------
    seeds : dict of str to bytes
        Whole films, as :py:func:`make_seeds` gives them.
    run : int
        Seed of the run.
    number : int
        Which film.
    """
    rng = Random(f"{run}-{number}")
    kind = rng.choices(list(_SHARES), _SHARES.values())[0]
    seed = rng.choice([name for name in seeds if name.startswith(f"{kind}/")])
    mutation = rng.choice(mutations_of(kind))
    try:
        content = mutation(seeds[seed], rng)
    except Exception:  # pydicom does not write all that it is given
        mutation = rng.choice(BYTE_MUTATIONS)
        content = mutation(seeds[seed], rng)
    if rng.random() < _SECOND_BLOW:
        content = rng.choice(BYTE_MUTATIONS)(content, rng)
    return Mutant(number, seed, mutation.__name__, content, ending_of(seed, content))


def ending_of(seed: str, content: bytes) -> str:
    """Return the ending that a file of this seed has; NIfTI is told apart by it."""
    kind = seed.split("/")[0]
    if kind == "nifti":
        return ".nii.gz" if content[:2] == b"\x1f\x8b" else ".nii"
    return _ENDINGS[kind]
