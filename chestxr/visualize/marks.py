"""Lesion marks drawn on a picture of a film."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from chestxr.utils.lesion_mark import LesionMark, mark_radius

__all__ = ["draw_marks"]


def draw_marks(picture: np.ndarray, marks: Sequence[LesionMark], film_size: Sequence[float]) -> np.ndarray:
    """
    Circle marks on a picture of a film, and write their probabilities on them.

    Parameters
    ----------
    picture : numpy.ndarray, shape (height, width, 3), uint8
        The film, as returned by :py:func:`chestxr.visualize.overlay.picture_of_film`.
    marks : sequence of LesionMark
        Marks, in pixels of the film.
    film_size : sequence of float
        Width and height of the film in pixels.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3), uint8
        A copy of the picture.
    """
    image = Image.fromarray(picture)
    width, height = image.size
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=max(10, height // 45))
    thickness, radius = max(1, round(max(width, height) / 400)), mark_radius(width, height)
    for mark in marks:
        x, y = mark.x * width / film_size[0], mark.y * height / film_size[1]
        draw.circle((x, y), radius, outline="white", width=thickness)
        text = f"{mark.probability:.2f}"
        draw.text((x, y - radius), text, "white", font, "mb", stroke_width=2, stroke_fill="black")
    return np.array(image)
