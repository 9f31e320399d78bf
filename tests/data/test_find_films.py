"""Find films by path, folder or list."""

import json

import pytest

from chestxr.data import find_films
from tests.data.layouts import save_film


@pytest.fixture
def folder(tmp_path):
    for path in ("a/film.png", "b/film.png", "b/film.tif", "b/other.png", "b/.hidden.png", "b/notes.md"):
        save_film(tmp_path / path, 0) if path.endswith("png") else (tmp_path / path).write_bytes(b"II*\0")
    return tmp_path


def test_folder_is_searched_and_names_are_unique(folder):
    assert [item["film"] for item in find_films(folder)] == ["a/film", "b/film.png", "b/film.tif", "b/other"]


def test_one_film_and_lists_of_films(folder):
    (only,) = find_films(folder / "a" / "film.png")
    assert only == {"film": "film", "image": str(folder / "a" / "film.png")}
    assert len(find_films([folder / "a", str(folder / "b" / "other.png")])) == 2
    (folder / "list.txt").write_text("a/film.png\n\nb/other.png\n")
    (folder / "list.csv").write_text("image,site\na/film.png,x\n")
    (folder / "list.json").write_text(json.dumps([{"image": "a/film.png"}, "b/other.png"]))
    assert [len(find_films(folder / f"list.{kind}")) for kind in ("txt", "csv", "json")] == [2, 1, 2]


def test_masks_hidden_files_and_texts_are_ignored(folder, collection):
    save_film(folder / "masks" / "other.png", 0)
    save_film(folder / ".cache" / "film.png", 0)
    (folder / "LICENSE").write_text("Anyone may ...")
    (folder / "1.2.840.1").write_bytes(b"\0" * 200)
    assert [item["film"] for item in find_films(folder)] == [
        "1.2.840.1",
        "a/film",
        "b/film.png",
        "b/film.tif",
        "b/other",
    ]
    assert len(find_films(collection)) == 20


def test_missing_films_raise(tmp_path):
    with pytest.raises(FileNotFoundError, match="no films found"):
        find_films(tmp_path)
    with pytest.raises(FileNotFoundError, match="no such film or folder"):
        find_films(tmp_path / "nowhere.dcm")


def test_list_with_parent_paths_gives_names_inside_the_results_folder(tmp_path):
    for place in ("a", "b"):
        (tmp_path / "films" / place).mkdir(parents=True)
        (tmp_path / "films" / place / "film.png").write_bytes(b"film")
    listed = tmp_path / "films" / "a" / "list.txt"
    listed.write_text("film.png\n../b/film.png\n../../films/a/film.png\n")
    assert [item["film"] for item in find_films(listed)] == ["a/film", "b/film"]


def test_circular_links_do_not_affect_other_films(folder):
    (folder / "a" / "circle").symlink_to("circle")
    (folder / "a" / "list.txt").write_text("film.png\n../a/circle/film.png\n")
    assert [item["film"] for item in find_films(folder / "a" / "list.txt")] == ["film", "circle/film"]
