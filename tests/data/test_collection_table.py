"""``collection.csv``: site, patient and label of a user's own films."""

import math

import pytest

from chestxr.data import open_collection
from tests.data.layouts import save_film


@pytest.fixture
def folder(tmp_path):
    for name in ("a", "b", "c"):
        save_film(tmp_path / "in" / f"{name}.png", 0)
    return tmp_path


def test_table_sets_site_patient_and_label(folder):
    lines = ("image,patient,site,tuberculosis,sex,age_years", "in/a.png,p1,north,1,f,33.5", "in/b.png,p1,,0,,")
    (folder / "collection.csv").write_text("\n".join(lines))
    a, b, c = open_collection(folder).films
    assert (a.site, a.patient, a.tuberculosis, a.sex, a.age_years) == ("north", "p1", 1, "F", 33.5)
    assert (b.site, b.patient, b.tuberculosis) == (folder.name, "p1", 0) and math.isnan(b.age_years)
    assert (c.patient, c.tuberculosis) == ("c", None)


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("film\nin/a.png\n", "found no column image"),
        ("image,patient\n,p1\n", "line 2: found no film"),
        *(
            (f"image,patient\nin/a.png,p1\n{image},p1\n", "line 3: found none of the films")
            for image in ("in/z.png", "in/../in/b.png", "in\\b.png", "in/notes.md", "z" * 999)
        ),
        ("image\nin/a.png\nin/a.png\n", "line 3: found the film of an earlier line"),
        ("image,tuberculosis\nin/a.png,yes\n", "line 2: found no label under tuberculosis"),
        ("image,age_years\nin/a.png,old\n", "line 2: found age_years that is not a number"),
    ],
)
def test_invalid_tables_raise(folder, table, found):
    (folder / "in" / "notes.md").write_text("no film")
    (folder / "collection.csv").write_text(table)
    with pytest.raises(ValueError, match=found):
        open_collection(folder)


def test_table_in_a_public_collection_raises(folder):
    (folder / "in").rename(folder / "CXR_png")
    (folder / "masks").mkdir()
    (folder / "collection.csv").write_text("image,patient\nCXR_png/a.png,p1\nCXR_png/b.png,p1\n")
    for directory in (folder, folder.parent):
        with pytest.raises(ValueError, match="found in the layout of a public collection"):
            open_collection(directory)
