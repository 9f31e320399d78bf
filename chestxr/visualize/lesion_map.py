"""Picture of a film with its lesion map and marks."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage.transform import resize

from chestxr.utils.lesion_mark import LesionMark

from .marks import draw_marks

__all__ = ["draw_lesions"]

# Vermilion of Okabe and Ito's palette for colour-blind readers (jfly.uni-koeln.de/color).
LESION_COLOUR = (213, 94, 0)
BOX_COLOUR = (0, 158, 115)
_STRONGEST_TINT = 0.55


def draw_lesions(
    picture: np.ndarray,
    probability: np.ndarray,
    frame: tuple[float, float, float, float],
    marks: Sequence[LesionMark],
    film_size: Sequence[float],
    boxes: Sequence[Sequence[float]] = (),
) -> np.ndarray:
    """
    Tint a picture of a film by a lesion map, and circle its marks.

    Parameters
    ----------
    picture : numpy.ndarray, shape (height, width, 3), uint8
        The film, as returned by :py:func:`chestxr.visualize.overlay.picture_of_film`.
    probability : numpy.ndarray, shape (W, H)
        Lesion map, 0 to 1, of a part of the film.
    frame : tuple of float
        Left, top, right, bottom of that part, as fractions of the film.
    marks : sequence of LesionMark
        Marks, in pixels of the film.
    film_size : sequence of float
        Width and height of the film in pixels.
    boxes : sequence of sequence of float, optional
        Boxes of a radiologist, left, top, right, bottom as fractions of the film; drawn in green.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3), uint8
    """
    height, width = picture.shape[:2]
    size = np.array([width, height, width, height])
    left, top, right, bottom = (np.array(frame) * size).round().astype(int).tolist()
    tint = np.zeros((height, width), dtype=np.float32)
    part = resize(probability.T.astype(np.float32), (bottom - top, right - left), order=1)
    tint[top:bottom, left:right] = part[: height - top, : width - left]
    share = _STRONGEST_TINT * tint[..., None]
    image = Image.fromarray(((1 - share) * picture + share * np.array(LESION_COLOUR)).round().astype(np.uint8))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=max(10, height // 45))
    thickness = max(1, round(max(height, width) / 400))
    for box in boxes:
        draw.rectangle((np.array(box) * size).tolist(), outline=BOX_COLOUR, width=thickness)
    corner = (width / 2, height - 4)
    draw.text(corner, "lesion marks; research use only", "white", font, "mb", stroke_width=2, stroke_fill="black")
    return draw_marks(np.array(image), marks, film_size)
