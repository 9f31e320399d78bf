"""Film names are unique for any file names."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chestxr.data.film_name import unique_names

ROOT = Path("/films")
FOLDERS = st.sampled_from(["", "a/", "b/", "x.png/", "\\n/"])
WORDS = st.sampled_from(["x", ".png", ".dcm", ".nii.gz", ".", "\n", "\\n", "\udce9", "\\udce9", "\ud83d", "é" * 120])
FILES = st.builds(lambda folder, words: f"{folder}x{''.join(words)}", FOLDERS, st.lists(WORDS, max_size=4))


def _names(*files: str) -> list[str]:
    return unique_names([ROOT / file for file in files], ROOT)


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["a.png", "b/c.dcm"], ["a", "c"]),
        (["a/x.png", "b/x.png", "b/y.png"], ["a/x", "b/x", "b/y"]),
        (["x.png", "x.dcm", "y.dcm"], ["x.png", "x.dcm", "y"]),
        (["x.png", "x.dcm", "x.png.dcm"], ["x.png", "x.dcm", "x.png.dcm"]),
        (["x.png.dcm", "x.dcm", "x.png", "x.png.png"], ["x.png.dcm", "x.dcm", "x.png", "x.png.png"]),
    ],
)
def test_names_are_as_short_as_possible(files, names):
    assert _names(*files) == names


def test_names_that_are_equal_after_escaping_end_with_hashes():
    one, other, third = _names("x\n.png", "x\\n.png", "y.png")
    assert one != other and one.startswith("x\\n.png-") and other.startswith("x\\n.png-") and third == "y"


@given(files=st.lists(FILES, unique=True, max_size=8), data=st.data())
def test_names_are_unique(files, data):
    names = dict(zip(files, _names(*files), strict=True))
    assert len(set(names.values())) == len(files)
    assert all(len(os.fsencode(name.rpartition("/")[2])) <= 220 for name in names.values())
    again = data.draw(st.permutations(files))
    assert dict(zip(again, _names(*again), strict=True)) == names


def test_file_with_the_hashed_name_of_another_file():
    hashed = _names("x\n.png", "x\\n.png")
    names = _names("x\n.png", "x\\n.png", f"{hashed[0]}.png")
    assert len(set(names)) == 3
