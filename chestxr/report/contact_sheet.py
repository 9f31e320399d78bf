"""Many films on one sheet, their masks outlined."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

__all__ = ["contact_sheet"]

_CAPTION_HEIGHT = 18


def contact_sheet(rows: Sequence[tuple[str, Sequence[tuple[str, np.ndarray]]]], side: int = 256) -> Image.Image:
    """
    Lay pictures out in titled rows.

    Parameters
    ----------
    rows : sequence of (str, sequence of (str, numpy.ndarray))
        Each row's title, and its pictures with their captions: (height, width, 3) uint8, none larger than `side`.
    side : int, optional
        Side in pixels of the square that each picture gets.

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
            pen.text((left + 4, top + side + _CAPTION_HEIGHT + 2), caption, fill="lightgrey", font_size=11)
    return sheet
