"""No film, patient or derived copy crosses a split."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from monai.data import load_decathlon_datalist
from typer.testing import CliRunner

from chestxr.cli import app
from chestxr.data import Film, load_split, make_fold, make_site_transfer, open_collection, shipped_splits
from chestxr.data.splits import SECTIONS, film_names, split_text

SPLITS = ("default", *(f"fold-{fold}" for fold in range(5)), "montgomery-to-shenzhen", "shenzhen-to-montgomery")


def test_all_splits_are_shipped():
    assert shipped_splits() == sorted((*SPLITS, "tbx11k"))


def test_split_of_tbx11k():
    assert [len(film_names("tbx11k")[section]) for section in SECTIONS] == [420, 60, 120]


@pytest.mark.parametrize("name", SPLITS)
def test_each_film_is_in_one_section(name):
    sections = film_names(name)
    films = [film for section in SECTIONS for film in sections[section]]
    assert len(films) == len(set(films)) == 800


@pytest.mark.parametrize("name", SPLITS)
def test_films_of_one_patient_stay_together(name):
    where = {film: section for section, films in film_names(name).items() for film in films}
    assert where["MCUCXR_0113_1"] == where["MCUCXR_0117_1"]
    assert where["MCUCXR_0162_1"] == where["MCUCXR_0166_1"] == where["MCUCXR_0170_1"]


def test_folds_test_on_every_film_once():
    tested = [film for fold in range(5) for film in film_names(f"fold-{fold}")["test"]]
    assert len(tested) == len(set(tested)) == 800
    assert film_names("default") == film_names("fold-0")


def test_sites_and_labels_are_balanced_across_sections():
    """The name of a film starts with its site and ends with its label."""
    for site in ("MCUCXR", "CHNCXR"):
        sections = [[film for film in films if film.startswith(site)] for films in film_names("default").values()]
        shares = [np.mean([film.endswith("_1") for film in films]) for films in sections]
        assert max(shares) - min(shares) < 0.05


def test_site_transfer_tests_on_the_other_site_only():
    split = film_names("shenzhen-to-montgomery")
    assert all(film.startswith("CHNCXR") for film in split["training"] + split["validation"])
    assert all(film.startswith("MCUCXR") for film in split["test"]) and len(split["test"]) == 138


@given(
    sizes=st.lists(st.integers(1, 4), min_size=40, max_size=60),
    labels=st.integers(0, 2**60),
    fold=st.integers(0, 4),
    seed=st.integers(0, 9),
)
def test_patients_stay_together_in_any_collection(sizes, labels, fold, seed):
    patients = [str(patient) for patient, films in enumerate(sizes) for _ in range(films)]
    films = [
        Film(Path(f"{n:03d}.png"), site="ab"[n % 2], patient=patient, tuberculosis=labels >> n % 60 & 1)
        for n, patient in enumerate(patients)
    ]
    sections = make_fold(films, fold, seed)
    members = [{film.patient for film in sections[name]} for name in SECTIONS]
    assert all(not one & other for one, other in combinations(members, 2))
    assert sorted(film.name for name in SECTIONS for film in sections[name]) == [film.name for film in films]


def test_impossible_splits_raise(tmp_path, collection):
    films = [Film(tmp_path / "a.png", patient="a")]
    with pytest.raises(ValueError, match="at least 10 patients"):
        make_fold(films, 0)
    with pytest.raises(ValueError, match="expected 0 to 4"):
        make_fold(films, 5)
    with pytest.raises(ValueError, match="expected two different ones of a, b"):
        make_site_transfer([Film(tmp_path / "a.png", site="a"), Film(tmp_path / "b.png", site="b")], "a", "c")
    with pytest.raises(ValueError, match="no films for"):
        make_site_transfer([Film(tmp_path / f"{n}.png", site="ab"[n > 0], patient=str(n)) for n in range(40)], "a", "b")
    with pytest.raises(ValueError, match="share patients"):
        make_site_transfer(
            [Film(tmp_path / "a.png", site="a", patient="p"), Film(tmp_path / "b.png", site="b", patient="p")], "a", "b"
        )
    with pytest.raises(FileNotFoundError, match="one of default, fold-0"):
        load_split("defualt", collection)
    with pytest.raises(FileNotFoundError, match="films of split default are missing"):
        load_split("default", collection)


def test_written_datalist_loads_in_monai_and_chestxr(tmp_path, collection):
    opened = open_collection(collection)
    path = tmp_path / "ours.json"
    path.write_text(split_text(make_site_transfer(opened.films, "montgomery", "shenzhen"), "ours", collection))
    items = load_decathlon_datalist(path, data_list_key="test", base_dir=collection)
    split = load_split(path, collection, masked=True)
    assert [item["image"] for item in items] == [item["image"] for item in split["test"]]
    assert all(item["label"].startswith(str(collection)) for item in split["training"])


def test_datalists_of_other_tools_are_matched_by_file_name(tmp_path, collection):
    path = tmp_path / "theirs.json"
    path.write_text("\ufeff" + json.dumps({"training": [{"image": "x/MCUCXR_0001_0.png"}], "test": []}), "utf-8")
    assert [item["film"] for item in load_split(path, collection)["training"]] == ["MCUCXR_0001_0"]


@pytest.mark.parametrize("text", ["{", "[]", '{"training": [{}]}', '{"films": []}'])
def test_invalid_datalists_raise(tmp_path, collection, text):
    path = tmp_path / "wrong.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="chestxr data split"):
        load_split(path, collection)


@pytest.mark.films
@pytest.mark.parametrize("name", SPLITS)
def test_no_patient_crosses_a_shipped_split(real_films, name):
    patients = [{item["patient"] for item in items} for items in load_split(name, real_films).values()]
    assert not any(one & other for one, other in combinations(patients, 2))


@pytest.mark.films
@pytest.mark.parametrize("name", SPLITS)
def test_shipped_splits_match_the_command(real_films, tmp_path, name):
    one, _, other = name.partition("-to-")
    options = ["--train-on", one, "--test-on", other] if other else ["--fold", name.removeprefix("fold-")]
    if name == "default":
        options = []
    out = tmp_path / "split.json"
    result = CliRunner().invoke(app, ["data", "split", str(real_films), "--out", str(out), *options])
    assert result.exit_code == 0, result.output
    assert film_names(out) == film_names(name)
