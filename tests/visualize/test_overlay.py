"""Pictures keep the film's orientation, and contours follow the lungs' edges."""

import numpy as np
import pytest

from chestxr.visualize.contact_sheet import contact_sheet
from chestxr.visualize.overlay import LEFT_LUNG_COLOUR, RIGHT_LUNG_COLOUR, overlay_lungs, picture_of_film
from tests.phantom import chest_film

FILM, LABELS = chest_film((200, 300), seed=0)


def test_picture_has_rows_first_and_the_film_upright():
    picture = picture_of_film(FILM, longest_side=300)
    assert picture.shape == (300, 200, 3) and picture.dtype == np.uint8
    assert np.corrcoef(picture[..., 0].ravel(), FILM.T.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("longest_side", [120, 300, 900])
def test_contours_are_inside_the_lungs_on_their_side(longest_side):
    overlay = overlay_lungs(picture_of_film(FILM, longest_side), LABELS)
    for label, colour in ((1, RIGHT_LUNG_COLOUR), (2, LEFT_LUNG_COLOUR)):
        rows, columns = np.nonzero((overlay == colour).all(axis=2))
        assert len(rows) > 50
        scale = 300 / longest_side
        x, y = (columns + 0.5) * scale, (rows + 0.5) * scale
        hits = LABELS[x.astype(int).clip(0, 199), y.astype(int).clip(0, 299)] == label
        assert hits.mean() > 0.9


def test_sheet_has_room_for_every_picture():
    picture = picture_of_film(FILM, 64)
    sheet = contact_sheet([("first", [("a", picture)] * 3), ("second", [("b", picture)])], side=64)
    assert sheet.width == 192 and sheet.height == 2 * (64 + 36)
