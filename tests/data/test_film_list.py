"""Lists of films in text, CSV and JSON files."""

import os

import pytest

from chestxr.data import find_films
from chestxr.data.film_list import read_film_list

NO_LISTS = ("a.png", '"a.png"', '{"a.png": 1}', "3", "[" * 99_999)
NO_FILMS = ("{}", "[]", "null", '""', '{"image": 1}', '"a\\u0000.png"', '"a\\ud83d.png"')


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("l.txt", "a.png\n\n  b.png  \n"),
        ("l.csv", "site,image\nx,a.png\nx,b.png\n"),
        ("l.CSV", "\ufeffimage\na.png\n\nb.png"),
        ("l.json", '["a.png", {"image": "b.png", "label": 1}]'),
    ],
)
def test_lists_of_every_kind(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_film_list(tmp_path / name) == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("l.csv", "path\na.png\n", "l.csv: found no column image"),
        ("l.csv", "site,image\nx,a.png\nx\n", "l.csv, line 3: found no film"),
        *(("l.json", text, "l.json: found no list of films") for text in NO_LISTS),
        *(("l.json", f'["a.png", {entry}]', "l.json, entry 2: found no film") for entry in NO_FILMS),
    ],
)
def test_invalid_lists_raise(tmp_path, name, text, found):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=found):
        find_films(tmp_path / name)


def test_list_with_file_names_that_are_not_utf8(tmp_path):
    (tmp_path / "l.json").write_text('["latin-\\udce9.png"]')
    (film,) = find_films(tmp_path / "l.json")
    assert film["film"] == "latin-\\udce9" and os.fsencode(film["image"]).endswith(b"/latin-\xe9.png")


@pytest.mark.parametrize(("name", "text"), [("l.txt", ""), ("l.csv", "image\n"), ("l.json", "[]")])
def test_empty_lists_raise(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(FileNotFoundError, match="no films found"):
        find_films(tmp_path / name)
