"""Picture of a film's result: the lungs outlined on the film, the score and its reasons as text."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

__all__ = ["draw_report"]

_BANNER = "RESEARCH USE ONLY. NOT A MEDICAL DEVICE."
_BANNER_COLOUR = (240, 228, 66)


def draw_report(picture: np.ndarray, lines: Sequence[str]) -> np.ndarray:
    """
    Draw a picture of a film with text below it, and with "research use only" above it.

    Parameters
    ----------
    picture : numpy.ndarray, shape (height, width, 3), uint8
        The film, with or without contours.
    lines : sequence of str
        Text, wrapped to the picture's width.

    Returns
    -------
    numpy.ndarray, shape (height + text, width, 3), uint8
    """
    height, width = picture.shape[:2]
    size = max(10, width // 48)
    font = ImageFont.load_default(size)
    step, margin = round(size * 1.5), round(size * 0.6)
    wrapped = [row for line in lines for row in _wrap(line, font, width - 2 * margin)]
    image = Image.new("RGB", (width, height + step + 2 * margin + step * len(wrapped)))
    image.paste(Image.fromarray(picture), (0, step))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, step), fill=_BANNER_COLOUR)
    draw.text((width / 2, step / 2), _BANNER, "black", font, "mm")
    for number, row in enumerate(wrapped):
        draw.text((margin, height + step + margin + number * step), row, "white", font)
    return np.array(image)


def _wrap(line: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> list[str]:
    """Split a line between words into rows that fit the width; a longer word has a row of its own."""
    rows = [""]
    for word in line.split():
        longer = f"{rows[-1]} {word}".strip()
        if font.getlength(longer) > width and rows[-1]:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows
