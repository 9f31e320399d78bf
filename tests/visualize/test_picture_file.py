"""Pictures are written unchanged and atomically."""

import numpy as np
import pytest
from PIL import Image

from chestxr.visualize.picture_file import write_picture


def test_picture_is_written_unchanged(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    write_picture(tmp_path / "new" / "picture.png", picture)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "new" / "picture.png")), picture)


def test_failed_write_keeps_the_existing_file(tmp_path):
    path = tmp_path / "picture.png"
    write_picture(path, np.zeros((4, 4, 3), np.uint8))
    before = path.read_bytes()
    with pytest.raises(TypeError):
        write_picture(path, np.zeros((4, 4, 3), complex))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
