"""Every layout of the public collections, and any folder."""

import math
import shutil

import pytest

from chestxr.data import open_collection
from tests.data.layouts import save_film, save_mask, write_montgomery, write_shenzhen


def test_montgomery_layout(tmp_path):
    opened = open_collection(write_montgomery(tmp_path))
    first, second, third = opened.films
    assert [path.parent.name for path in first.masks] == ["rightMask", "leftMask"]
    assert (first.site, first.tuberculosis, first.sex, first.age_years, first.reading) == (
        "montgomery",
        0,
        "F",
        27.0,
        "normal",
    )
    assert second.reading == "improved TB, left upper lobe" and second.sex == "M"
    assert third.masks == () and third.patient == second.patient == "MCUCXR_0113_1"
    assert math.isnan(third.age_years)
    assert [path.name for path in opened.masks_without_film] == ["MCUCXR_9999_0.png"]


def test_shenzhen_layout(tmp_path):
    first, second = open_collection(write_shenzhen(tmp_path)).films
    assert (first.site, first.tuberculosis, first.sex, first.age_years) == ("shenzhen", 0, "M", 45.0)
    assert first.masks[0].name == "CHNCXR_0001_0_mask.png" and second.masks == ()
    assert second.sex == "F" and second.age_years == pytest.approx(8 / 12)
    assert second.reading == "1. bilateral PTB; 2. right pleural adhesions"


def test_combined_layout(collection):
    opened = open_collection(collection)
    assert {film.site for film in opened.films} == {"montgomery", "shenzhen"}
    assert all(len(film.masks) == 1 for film in opened.films)


def test_combined_metadata_sets_sex_age_and_reading(tmp_path):
    for name in ("CHNCXR_0001_0", "CHNCXR_0002_0"):
        save_film(tmp_path / "CXR_png" / f"{name}.png", 0)
    (tmp_path / "masks").mkdir()
    table = tmp_path / "shenzhen_metadata.csv"
    table.write_text('study_id,sex,age,findings\nCHNCXR_0001_0.png,Male ,45,"a, b\nc"\nCHNCXR_0002_0.png,,5\u00b2\n')
    first, second = open_collection(tmp_path).films
    assert (first.sex, first.age_years, first.reading) == ("M", 45.0, "a, b c")
    assert second.sex == second.reading == "" and math.isnan(second.age_years)
    table.write_text("film,sex,age\n")
    with pytest.raises(ValueError, match=r"shenzhen_metadata\.csv: found no column study_id and findings"):
        open_collection(tmp_path)


def test_any_folder_of_films(tmp_path):
    root = tmp_path / "ours"
    labels = save_film(root / "2024" / "a.png", 1)
    save_film(root / "2025" / "b.png", 2)
    save_mask(root / "masks" / "a_mask.png", labels)
    save_mask(root / "masks" / "lost.png", labels)
    opened = open_collection(root)
    assert [(film.name, film.site, len(film.masks)) for film in opened.films] == [("a", "ours", 1), ("b", "ours", 0)]
    assert [path.name for path in opened.masks_without_film] == ["lost.png"]


def test_films_with_equal_names_in_two_folders(tmp_path):
    root = tmp_path / "ours"
    labels = save_film(root / "p1" / "film.png", 1)
    save_film(root / "p2" / "film.png", 2)
    save_mask(root / "masks" / "p2" / "film_mask.png", labels)
    films = open_collection(root).films
    assert [(film.name, film.patient, len(film.masks)) for film in films] == [
        ("p1/film", "p1/film", 0),
        ("p2/film", "p2/film", 1),
    ]


def test_both_public_sets_in_one_folder(tmp_path):
    write_montgomery(tmp_path / "MontgomerySet")
    write_shenzhen(tmp_path / "ChinaSet_AllFiles")
    opened = open_collection(tmp_path)
    assert sorted(film.site for film in opened.films) == ["montgomery"] * 3 + ["shenzhen"] * 2
    assert len(opened.masks_without_film) == 1
    write_montgomery(tmp_path / "another copy")
    with pytest.raises(ValueError, match="found 2 films named MCUCXR_0001_0"):
        open_collection(tmp_path)


def test_original_shenzhen_layout_has_no_masks(tmp_path):
    shutil.rmtree(write_shenzhen(tmp_path) / "mask")
    films = open_collection(tmp_path).films
    assert [(film.site, film.tuberculosis, film.masks) for film in films] == [("shenzhen", 0, ()), ("shenzhen", 1, ())]


def test_other_names_have_no_label(tmp_path):
    labels = save_film(tmp_path / "ours" / "CXR_png" / "film_1.png", 1)
    save_mask(tmp_path / "ours" / "masks" / "film_1.png", labels)
    (film,) = open_collection(tmp_path / "ours").films
    assert (film.site, film.tuberculosis, len(film.masks)) == ("ours", None, 1)


def test_folders_without_films_raise(tmp_path):
    with pytest.raises(FileNotFoundError, match="no films found"):
        open_collection(tmp_path)
    with pytest.raises(FileNotFoundError, match="no such folder"):
        open_collection(tmp_path / "nowhere")


@pytest.mark.films
def test_real_collection(real_films):
    films = open_collection(real_films).films

    def count(site, label=None, masked=False):
        return sum(
            film.site == site and label in (None, film.tuberculosis) and (bool(film.masks) or not masked)
            for film in films
        )

    assert (len(films), count("montgomery", 0), count("montgomery", 1)) == (800, 80, 58)
    assert (count("shenzhen", 0), count("shenzhen", 1)) == (326, 336)
    assert (count("montgomery", masked=True), count("shenzhen", masked=True)) == (138, 566)
    assert (count("shenzhen", 0, masked=True), count("shenzhen", 1, masked=True)) == (279, 287)
    assert all(film.sex and film.age_years >= 0 for film in films if film.site == "shenzhen")
