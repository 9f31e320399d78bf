"""Films and splits in a configuration are loaded on first use."""

import pytest

from chestxr.data import Films, Split, find_films, load_split


def test_films_are_found_on_first_use(collection):
    folder = collection / "CXR_png"
    films = Films(str(folder))
    assert list(films) == find_films(folder) and films[-1] == find_films(folder)[-1] and len(films) == 20


def test_missing_films_raise_on_first_use(tmp_path):
    films = Films(str(tmp_path / "nowhere"))
    for use in (len, list, lambda found: found[0]):
        with pytest.raises(FileNotFoundError, match="no such film or folder"):
            use(films)


@pytest.mark.parametrize("masked", [True, False])
def test_a_split_is_loaded_on_first_use(collection, masked):
    split = Split(collection / "datalist.json", collection, masked=masked)
    assert dict(split) == load_split(collection / "datalist.json", collection, masked) and len(split) == 3
    assert split["training"] is split["training"]
    assert split.films(["test", "training"]) == split["test"] + split["training"]


def test_missing_split_raises_on_first_use(tmp_path):
    split = Split("fold-9", tmp_path)
    with pytest.raises(FileNotFoundError, match="no such split"):
        split["training"]
