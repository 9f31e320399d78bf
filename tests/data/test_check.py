"""A collection's check finds what is wrong, and only that."""

import shutil

from chestxr.data import open_catalogue
from chestxr.data.check import check_collection
from tests.data.layouts import save_mask, write_montgomery
from tests.phantom import chest_film, write_collection


def _check(root):
    *_, report = check_collection(open_catalogue(root))
    return report


def test_clean_collection_is_clean(collection):
    report = _check(collection)
    assert not report.problems
    assert sum(counts["pairs"] for counts in report.counts.values()) == 20


def test_every_fault_is_found(tmp_path):
    write_collection(tmp_path, 8)
    films = sorted((tmp_path / "CXR_png").iterdir())
    masks = sorted((tmp_path / "masks").iterdir())
    films[0].write_bytes(films[0].read_bytes()[:500])
    shutil.copy(films[1], films[2])
    masks[3].unlink()
    save_mask(masks[4], chest_film((90, 90), 1)[1])
    save_mask(tmp_path / "masks" / "stray.png", chest_film((90, 90), 1)[1])
    report = _check(tmp_path)
    assert sorted(problem.kind for problem in report.problems) == [
        "duplicate",
        "mask without film",
        "size mismatch",
        "unreadable",
    ]
    assert sum(counts["without mask"] for counts in report.counts.values()) == 1


def test_masks_by_side_are_counted(tmp_path):
    report = _check(write_montgomery(tmp_path))
    assert report.counts["montgomery", "tuberculosis"]["masks"] == 2
    assert report.masks_without_film == 1
