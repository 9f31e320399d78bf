"""Perturbations of films and their lung masks in graded strengths."""

from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple
from zlib import crc32

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps
from scipy.ndimage import gaussian_filter
from skimage.exposure import adjust_gamma
from skimage.util import img_as_ubyte, random_noise

from tools.experiments.augmentations.painted_tissue import paint_tissue

__all__ = ["PERTURBATIONS", "UNTOUCHED", "Painting", "Perturbation", "perturbed"]

UNTOUCHED = "untouched"
_WORDS = "AP ERECT"


class Perturbation(NamedTuple):
    """
    A perturbation of a film.

    Attributes
    ----------
    change : callable
        Takes an image (PIL, mode "L"), a strength and a random generator; returns the changed image.
    strengths : tuple of float
        From weak to strong.
    unit : str
        Description of the strength.
    moves_lungs : bool
        Whether the mask (mode "1", which PIL samples by nearest neighbour) is transformed in the same way.
    """

    change: Callable[[Image.Image, float, np.random.Generator], Image.Image]
    strengths: tuple[float, ...]
    unit: str
    moves_lungs: bool = False


class Painting(NamedTuple):
    """
    Opacities painted into one lung: a perturbation that needs to know the lungs.

    Attributes
    ----------
    shape : str
        Key of :py:data:`tools.experiments.augmentations.painted_tissue.SHAPES`.
    strengths : tuple of float
        1 only.
    unit : str
        Description of the opacity.
    moves_lungs : bool
        False.
    """

    shape: str
    strengths: tuple[float, ...] = (1,)
    unit: str = "soft tissue painted into one lung"
    moves_lungs: bool = False


def perturbed(
    picture: Image.Image, name: str, strength: float, film: str, lungs: np.ndarray | None = None
) -> Image.Image:
    """
    Perturb a film, or transform its mask with it.

    Parameters
    ----------
    picture : PIL.Image.Image
        The film, mode "L"; or its mask, mode "1".
    name : str
        Key of `PERTURBATIONS`, or ``UNTOUCHED``.
    strength : float
        In the perturbation's unit; 0 returns the image unchanged.
    film : str
        The film's name, used as random seed so that film and mask are transformed alike.
    lungs : numpy.ndarray, shape (W, H), optional
        Label map, 0 background, 1 right lung, 2 left lung; a `Painting` needs it.

    Returns
    -------
    PIL.Image.Image
        Image of the same mode.

    Raises
    ------
    ValueError
        If lungs are needed and not given.
    """
    if name == UNTOUCHED or not strength:
        return picture
    perturbation = PERTURBATIONS[name]
    if picture.mode == "1" and not perturbation.moves_lungs:
        return picture
    if isinstance(perturbation, Painting):
        if lungs is None:
            raise ValueError(f"{name}: found no lungs; expected their label map, to paint into them")
        painted, _ = paint_tissue(np.asarray(picture, np.float32).T, lungs, perturbation.shape, film)
        return Image.fromarray(np.rint(painted.T).astype(np.uint8))
    return perturbation.change(picture, strength, np.random.default_rng(crc32(film.encode())))


def _rotated(picture: Image.Image, degrees: float, random: np.random.Generator) -> Image.Image:
    return picture.rotate(degrees * random.choice((-1, 1)), resample=Image.Resampling.BILINEAR)


def _cropped(picture: Image.Image, share: float, random: np.random.Generator) -> Image.Image:
    x, y = (round(share * side) for side in picture.size)
    return picture.crop((x, y, picture.width - x, picture.height - y))


def _gamma(picture: Image.Image, gamma: float, random: np.random.Generator) -> Image.Image:
    return Image.fromarray(adjust_gamma(np.asarray(picture), gamma))


def _noisy(picture: Image.Image, share: float, random: np.random.Generator) -> Image.Image:
    return Image.fromarray(img_as_ubyte(random_noise(np.asarray(picture), "gaussian", rng=random, var=share**2)))


def _blurred(picture: Image.Image, share: float, random: np.random.Generator) -> Image.Image:
    return Image.fromarray(gaussian_filter(np.asarray(picture), share * picture.width))


def _text_in_corner(picture: Image.Image, height: float, random: np.random.Generator) -> Image.Image:
    return _written(picture, height, (0.02, 0.02), "la")


def _text_over_lung(picture: Image.Image, height: float, random: np.random.Generator) -> Image.Image:
    return _written(picture, height, (0.30, 0.45), "mm")


def _written(picture: Image.Image, height: float, place: tuple[float, float], anchor: str) -> Image.Image:
    written, (width, rows) = picture.copy(), picture.size
    font = ImageFont.load_default(size=height * rows)
    ImageDraw.Draw(written).text((place[0] * width, place[1] * rows), _WORDS, fill=255, font=font, anchor=anchor)
    return written


def _inverted(picture: Image.Image, strength: float, random: np.random.Generator) -> Image.Image:
    return ImageOps.invert(picture)


def _mirrored(picture: Image.Image, strength: float, random: np.random.Generator) -> Image.Image:
    return ImageOps.mirror(picture)


def _downsampled(picture: Image.Image, longest_side: float, random: np.random.Generator) -> Image.Image:
    return ImageOps.contain(picture, (int(longest_side),) * 2, Image.Resampling.LANCZOS)


def _compressed(picture: Image.Image, quality: float, random: np.random.Generator) -> Image.Image:
    with BytesIO() as file:
        picture.save(file, "JPEG", quality=int(quality))
        return Image.open(file).convert("L")


def _portable(picture: Image.Image, strength: float, random: np.random.Generator) -> Image.Image:
    """Veil the film with scattered radiation, darken one side as an oblique grid does, and add grain and blur."""
    darkened = np.linspace(1, 1 - strength / 2, picture.width)[:: random.choice((-1, 1))]
    veiled = np.asarray(picture) * darkened * (1 - strength / 3) + 255 * strength / 3
    return _noisy(_blurred(Image.fromarray(img_as_ubyte(veiled / 255)), 0.002 * strength, random), 0.02, random)


def _with_devices(picture: Image.Image, number: float, random: np.random.Generator) -> Image.Image:
    """Draw electrodes with their wires, then a pacemaker with its lead, then a tube in the midline."""
    changed = picture.copy()
    draw, width, height = ImageDraw.Draw(changed), *picture.size
    line = max(1, round(0.006 * width))

    def drawn(*points: tuple[float, float]) -> None:
        moved = [(x * width, y * height) for x, y in points + random.normal(0, 0.02, (len(points), 2))]
        draw.line(moved, fill=235, width=line, joint="curve")

    for x, y in ((0.25, 0.25), (0.72, 0.28), (0.70, 0.62)):
        drawn((x, y), (x + 0.05, y + 0.2), (0.5, 0.8), (0.45, 1.0))
        draw.circle((x * width, y * height), 0.018 * width, fill=245)
    if number >= 2:
        draw.rounded_rectangle((0.68 * width, 0.16 * height, 0.8 * width, 0.26 * height), 0.03 * width, fill=250)
        drawn((0.7, 0.25), (0.55, 0.3), (0.5, 0.5), (0.58, 0.66))
    if number >= 3:
        drawn((0.5, 0.0), (0.5, 0.3), (0.52, 0.7), (0.62, 0.85))
    return changed


PERTURBATIONS: dict[str, Perturbation | Painting] = {
    "rotation": Perturbation(_rotated, (2, 5, 10, 20), "degrees, to either side", moves_lungs=True),
    "crop": Perturbation(_cropped, (0.05, 0.10, 0.20), "share of each side cut off", moves_lungs=True),
    "mirrored": Perturbation(_mirrored, (1,), "left for right", moves_lungs=True),
    "inverted polarity": Perturbation(_inverted, (1,), "bone black"),
    "darker": Perturbation(_gamma, (1.5, 2.0, 3.0), "gamma"),
    "lighter": Perturbation(_gamma, (0.67, 0.50, 0.33), "gamma"),
    "noise": Perturbation(_noisy, (0.02, 0.05, 0.10, 0.20), "standard deviation, share of the range"),
    "blur": Perturbation(_blurred, (0.002, 0.005, 0.01, 0.02), "sigma, share of the width"),
    "portable film": Perturbation(_portable, (0.5, 1.0), "scatter, grid and grain"),
    "devices": Perturbation(_with_devices, (1, 2, 3), "electrodes, pacemaker, tube"),
    "lower half of a lung white": Painting("lower half"),
    "white lung": Painting("white lung"),
    "text in a corner": Perturbation(_text_in_corner, (0.04, 0.08, 0.16), "letters' height, share of the film"),
    "text over a lung": Perturbation(_text_over_lung, (0.04, 0.08, 0.16), "letters' height, share of the film"),
    "downsampling": Perturbation(_downsampled, (256, 128, 64), "longest side, px", moves_lungs=True),
    "JPEG": Perturbation(_compressed, (50, 20, 10, 5), "quality"),
}
