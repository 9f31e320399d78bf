"""Broken films, each generated from its number."""

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
        Number within the run.
    seed : str
        Name of the film from which it was made.
    mutation : str
        Name of the first mutation.
    content : bytes
        Content of the file.
    ending : str
        Extension of the file name.
    """

    number: int
    seed: str
    mutation: str
    content: bytes
    ending: str

    @property
    def format(self) -> str:
        """The format, same as the seed's."""
        return self.seed.split("/")[0]


def mutations_of(kind: str) -> tuple[Callable[[bytes, Random], bytes], ...]:
    """Return the mutations for a format: byte mutations and format-specific ones with equal probability."""
    return (*BYTE_MUTATIONS, *_OWN.get(kind, ()))


def draw_mutant(seeds: dict[str, bytes], run: int, number: int) -> Mutant:
    """
    Generate a broken film; the same run and number give the same one.

    Parameters
    ----------
    seeds : dict of str to bytes
        Whole films, as returned by :py:func:`make_seeds`.
    run : int
        Seed of the run.
    number : int
        Number of the film.
    """
    rng = Random(f"{run}-{number}")
    kind = rng.choices(list(_SHARES), _SHARES.values())[0]
    seed = rng.choice([name for name in seeds if name.startswith(f"{kind}/")])
    mutation = rng.choice(mutations_of(kind))
    try:
        content = mutation(seeds[seed], rng)
    except Exception:  # pydicom cannot write every mutation
        mutation = rng.choice(BYTE_MUTATIONS)
        content = mutation(seeds[seed], rng)
    if rng.random() < _SECOND_BLOW:
        content = rng.choice(BYTE_MUTATIONS)(content, rng)
    return Mutant(number, seed, mutation.__name__, content, ending_of(seed, content))


def ending_of(seed: str, content: bytes) -> str:
    """Return the file extension for a seed; it distinguishes compressed NIfTI."""
    kind = seed.split("/")[0]
    if kind == "nifti":
        return ".nii.gz" if content[:2] == b"\x1f\x8b" else ".nii"
    return _ENDINGS[kind]
