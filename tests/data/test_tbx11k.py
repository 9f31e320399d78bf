"""TBX11K: films with boxes around lesions."""

import shutil

import pytest

from chestxr.data import load_split, open_collection
from chestxr.data.film import LesionBox
from tests.data.layouts import save_film

HEADER = "film,part,kind,left,top,width,height\n"


@pytest.fixture
def root(tmp_path):
    for number in range(3):
        save_film(tmp_path / "films" / f"tb000{number}.png", number)
    table = "tb0001.png,test,latent,1,2,3,4\ntb0000.png,training,active,5,6,7.5,8\ntb0001.png,test,active,0,0,9,9\n"
    (tmp_path / "boxes.csv").write_text(HEADER + table)
    return tmp_path


def test_films_and_boxes(root):
    first, second, third = open_collection(root).films
    assert first.boxes == (LesionBox("active", 5, 6, 12.5, 14),) and first.site == "tbx11k"
    assert [box.kind for box in second.boxes] == ["latent", "active"] and second.tuberculosis == 1
    assert third.boxes == () and third.tuberculosis is None


def test_split_gives_boxes(root):
    for name in ("tb0004", "tb0003"):
        shutil.copy(root / "films" / "tb0000.png", root / "films" / f"{name}.png")
    split = root / "split.json"
    split.write_text('{"training": [{"film": "tb0000"}], "validation": [{"film": "tb0001"}], "test": []}')
    items = load_split(split, root)
    assert items["training"][0]["boxes"] == [[5, 6, 12.5, 14]] and items["training"][0]["box_kinds"] == ["active"]


@pytest.mark.parametrize(
    "line",
    [
        "tb0000.png,test,old,1,1,1,1",
        "tb0000.png,test,active,1,1,0,1",
        "tb0000.png,test,active,x,1,1,1",
        "tb0000.png,test,active,nan,1,1,1",
        "tb0000.png,test,active,1,1,nan,1",
    ],
)
def test_invalid_box_raises(root, line):
    (root / "boxes.csv").write_text(HEADER + line + "\n")
    with pytest.raises(ValueError, match=r"boxes.csv, line 2: found .*; expected active or latent"):
        open_collection(root)


def test_box_of_a_missing_film_raises(root):
    (root / "boxes.csv").write_text(HEADER + "tb0009.png,test,active,1,1,1,1\n")
    with pytest.raises(ValueError, match=r"found boxes of tb0009\.png, which is not in films/"):
        open_collection(root)
