"""Contact sheet of a collection: a row for each site and label, right lung orange, left lung blue."""

import numpy as np

from chestxr.data import open_collection
from chestxr.visualize.film_sheet import film_sheet
from chestxr.visualize.overlay import LEFT_LUNG_COLOUR, RIGHT_LUNG_COLOUR
from tests.data.layouts import write_montgomery


def test_row_for_each_site_and_label(collection):
    sheet = film_sheet(open_collection(collection).films, per_row=3, side=128)
    assert sheet.size == (3 * 128, 4 * (128 + 36))


def test_right_lung_is_left_in_the_picture(tmp_path):
    films = open_collection(write_montgomery(tmp_path)).films[:1]
    sheet = np.asarray(film_sheet(films, side=128))
    columns = [np.argwhere((sheet == colour).all(axis=-1))[:, 1] for colour in (RIGHT_LUNG_COLOUR, LEFT_LUNG_COLOUR)]
    assert len(columns[0]) and len(columns[1]) and columns[0].mean() < columns[1].mean()


def test_films_without_masks_are_drawn(tmp_path):
    films = open_collection(write_montgomery(tmp_path)).films[2:]
    sheet = np.asarray(film_sheet(films, side=128))
    assert sheet[18:146].any() and not (sheet == RIGHT_LUNG_COLOUR).all(axis=-1).any()
