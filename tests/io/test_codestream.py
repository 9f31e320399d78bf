"""Count the scans of a JPEG stream."""

import io

import numpy as np
from PIL import Image

from chestxr.io import read_film
from chestxr.io.codestream import has_many_scans


def _jpeg(**options: object) -> bytes:
    written = io.BytesIO()
    film = np.random.default_rng(0).integers(0, 255, (96, 96), dtype=np.uint8)
    Image.fromarray(film).save(written, "JPEG", **options)
    return written.getvalue()


def test_markers_after_the_end_or_within_a_segment_are_not_scans(tmp_path):
    """Telephones append videos, and cameras thumbnails."""
    rest = b"\xff\xda" * 100
    appended = _jpeg() + rest
    within = _jpeg(comment=rest)
    assert not has_many_scans(appended) and not has_many_scans(within)
    (tmp_path / "film.jpg").write_bytes(appended)
    read_film(tmp_path / "film.jpg")


def test_scans_are_counted_to_the_end():
    whole = _jpeg(progressive=True)
    scan = whole[whole.rindex(b"\xff\xda") : -2]
    assert not has_many_scans(whole)
    assert has_many_scans(whole[:-2] + scan * 60 + whole[-2:])
    assert not has_many_scans(whole[:40])
