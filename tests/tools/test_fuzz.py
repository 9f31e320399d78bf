"""A short run of the fuzzer, and its oracle."""

import os
import signal
from collections import Counter

import numpy as np
import pytest

from tools.fuzzing.bounded_reader import BoundedReader
from tools.fuzzing.fuzz import Fuzzer
from tools.fuzzing.oracle import Facts, judge
from tools.fuzzing.outlines import outlined

pytestmark = pytest.mark.slow

FILES = 1000


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    with Fuzzer(1, tmp_path_factory.mktemp("fuzz"), workers=1) as fuzzer:
        return list(fuzzer.rows(range(FILES)))


def test_broken_films_cause_no_findings(rows):
    assert [row for row in rows if row["outcome"] == "finding"] == []


def test_films_of_each_format_are_read_and_refused(rows):
    seen = Counter((row["seed"].split("/")[0], row["outcome"]) for row in rows)
    for kind in ("dicom", "png", "nifti", "jpeg", "jpeg2000", "tiff", "bmp"):
        assert seen[kind, "refused"] and seen[kind, "accepted, same"] + seen[kind, "accepted, changed"], kind
    assert len({row["mutation"] for row in rows}) > 40


def test_masks_that_differ_come_with_a_warning(rows, tmp_path):
    changed = [row for row in rows if row["outcome"] == "accepted, changed" and "/chest/" in row["seed"]]
    found = outlined(changed, 1, tmp_path)
    masks = Counter(found["masks"])
    unlike, let_pass = masks["unlike, with a warning"], masks["unlike, without a warning"]
    compared = [row for row in changed if row["seed"] not in found["whole_films_warned_of"]]
    assert found["films"] == len(compared) > 50
    assert unlike > 5 and let_pass < unlike / 2
    assert len(list(tmp_path.glob("*_overlay.png"))) == let_pass


def _facts(stored=bytes(range(200)) * 20, pixels=4000, **scale):
    return Facts(stored, 1, pixels, scale, {})


FILM = np.arange(4000, dtype=np.float32).reshape(50, 80) // 40
ONE_BYTE = b"\xff" + _facts().stored[1:]
OTHER = FILM.copy()
OTHER[25, :2] += 1
BROKEN = {
    "nothing said otherwise": (_facts(), OTHER, "the same pixels and header"),
    "one value, two pixels": (_facts(ONE_BYTE), OTHER, "more pixels changed"),
    "half the film": (_facts(), FILM[:25], "the same pixels and header"),
    "half the film, scaled": (_facts(slope=2), FILM[:25], "another number of pixels"),
    "a scale that separates equal values": (_facts(slope=2), OTHER + 1, "like pixels became unlike"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_pixels_not_explained_by_the_file_are_a_finding(case):
    broken, film, why = BROKEN[case]
    allowed, reason = judge(_facts(), broken, FILM, film)
    assert not allowed and why in reason


def test_pixels_explained_by_the_file_are_allowed():
    one = FILM.copy()
    one[0, 0] = 255
    assert judge(_facts(), _facts(ONE_BYTE), FILM, one) == (True, "stored pixels")
    assert judge(_facts(), _facts(slope=2), FILM, 2 * FILM) == (True, "scale of grey")


def test_crash_of_the_reader_is_a_finding_and_the_reader_is_restarted(tmp_path):
    path = tmp_path / "film.dcm"
    path.write_bytes(b"no film")
    with BoundedReader() as reader:
        assert reader.read(path, path).kind == "refused"
        os.kill(reader.pid, signal.SIGSEGV)  # as a crashing decoder
        assert reader.read(path, path).detail == "died (-11)"
        assert reader.read(path, path).kind == "refused"
