"""Contact sheet of pictures with captions, in titled rows."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

__all__ = ["contact_sheet"]

_CAPTION_HEIGHT = 18
_CAPTION_SIZE = 11


def contact_sheet(rows: Sequence[tuple[str, Sequence[tuple[str, np.ndarray]]]], side: int = 256) -> Image.Image:
    """
    Arrange pictures in titled rows.

    Parameters
    ----------
    rows : sequence of (str, sequence of (str, numpy.ndarray))
        Title of each row, and its pictures with captions: (height, width, 3) uint8, none larger than `side`. Long
        captions are shortened.
    side : int, optional
        Side length in pixels of the square for each picture.

    Returns
    -------
    PIL.Image.Image
        The sheet.
    """
    width = side * max(len(pictures) for _, pictures in rows)
    height = (side + 2 * _CAPTION_HEIGHT) * len(rows)
    sheet = Image.new("RGB", (width, height), "black")
    pen = ImageDraw.Draw(sheet)
    for number, (title, pictures) in enumerate(rows):
        top = number * (side + 2 * _CAPTION_HEIGHT)
        pen.text((4, top + 2), title, fill="white", font_size=13)
        for column, (caption, picture) in enumerate(pictures):
            left = column * side
            sheet.paste(Image.fromarray(picture), (left, top + _CAPTION_HEIGHT))
            text = _cut(caption, side - 8, pen)
            pen.text((left + 4, top + side + _CAPTION_HEIGHT + 2), text, fill="lightgrey", font_size=_CAPTION_SIZE)
    return sheet


def _cut(text: str, width: int, pen: ImageDraw.ImageDraw) -> str:
    """Replace the middle of a text wider than `width` pixels by "...": names of films differ at their ends."""
    if pen.textlength(text, font_size=_CAPTION_SIZE) <= width:
        return text
    keep = len(text) // 2
    while keep > 1 and pen.textlength(f"{text[:keep]}...{text[-keep:]}", font_size=_CAPTION_SIZE) > width:
        keep -= 1
    return f"{text[:keep]}...{text[-keep:]}"
