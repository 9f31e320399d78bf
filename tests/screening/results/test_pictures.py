"""Pictures of the report: the film at its own size, and a preview with the same window."""

import numpy as np
import pytest
from PIL import Image

from chestxr.screening.results.pictures import write_pictures
from chestxr.screening.results.record import full_size_path, preview_path
from tests.phantom import chest_film

FILM = np.kron(chest_film((120, 150))[0], np.ones((8, 8), np.float32))


def _pictures(folder, film):
    size = write_pictures(folder, "a/film", film)
    full, preview = (Image.open(path(folder, "a/film")) for path in (full_size_path, preview_path))
    assert preview.size == size
    return full, preview.convert("L")


@pytest.mark.parametrize("scale", [1.0, 1000.0, -3e-4])
def test_pictures_show_the_film_upright_in_its_window(tmp_path, scale):
    full, preview = _pictures(tmp_path, scale * FILM - 5)
    assert full.size == (960, 1200) and preview.size == (512, 640) and full.mode == "L"
    black, white = np.percentile(scale * FILM, [0.5, 99.5])
    expected = 255 * ((scale * FILM.T - black) / (white - black)).clip(0, 1)
    assert np.abs(np.asarray(full) - expected).mean() < 1
    assert np.abs(np.asarray(full.resize(preview.size)).astype(float) - np.asarray(preview)).mean() < 3


@pytest.mark.parametrize("shape", [(70_000, 3), (3, 70_000), (1, 1), (500, 400)])
def test_films_of_any_shape_and_of_one_value_have_pictures(tmp_path, shape):
    full, preview = _pictures(tmp_path, np.full(shape, 7.0, np.float32))
    assert max(full.size) == min(max(shape), 65_500) and max(preview.size) == min(max(shape), 640)
    assert np.asarray(full).max() == 0
