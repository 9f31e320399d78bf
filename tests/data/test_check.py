"""The collection check reports all problems and nothing else."""

import shutil
from pathlib import Path

from chestxr.data import open_collection
from chestxr.data.check import check_collection
from tests.data.layouts import save_mask, write_montgomery
from tests.phantom import chest_film, write_collection


def _check(root):
    *_, report = check_collection(open_collection(root))
    return report


def test_clean_collection_is_clean(collection):
    report = _check(collection)
    assert not report.problems
    assert sum(counts["pairs"] for counts in report.counts.values()) == 20


def test_every_problem_is_found(tmp_path):
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
    for kind in ("duplicate", "mask without film", "size mismatch", "unreadable"):
        assert sum(counts[kind] for counts in report.counts.values()) == 1
    assert report.counts[tmp_path.name, "unknown"]["mask without film"] == 1


def test_masks_by_side_are_counted(tmp_path):
    report = _check(write_montgomery(tmp_path))
    assert report.counts["montgomery", "tuberculosis"]["masks"] == 2
    assert report.counts["montgomery", "normal"]["mask without film"] == 1


def test_mask_of_one_lung_only_and_second_mask_are_found(tmp_path):
    lone = write_montgomery(tmp_path / "m") / "ManualMask" / "rightMask" / "MCUCXR_0001_0.png"
    lone.with_name("..").joinpath("leftMask", lone.name).unlink()
    write_collection(tmp_path / "c", 4)
    mask = next((tmp_path / "c" / "masks").glob("MCUCXR*"))
    second = Path(shutil.copy(mask, mask.with_name(f"{mask.stem}_mask.png")))
    assert lone in [problem.path for problem in _check(tmp_path / "m").problems]
    (problem,) = _check(tmp_path / "c").problems
    assert problem.kind == "mask without film" and problem.path in (mask, second)
