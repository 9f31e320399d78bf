"""No film, patient or derived copy crosses a split."""

import json
from importlib.resources import files
from itertools import combinations

import numpy as np
import pytest
from monai.data import load_decathlon_datalist
from skimage.transform import resize

from chestxr.data import Film, load_split, make_fold, make_site_transfer, open_catalogue, shipped_splits
from chestxr.data.splits import SECTIONS, split_text
from chestxr.io import read_film

SPLITS = ("default", *(f"fold-{fold}" for fold in range(5)), "montgomery-to-shenzhen", "shenzhen-to-montgomery")


def _shipped(name: str) -> dict:
    return json.loads(files("chestxr.data").joinpath("splits", f"{name}.json").read_text())


def test_all_splits_are_shipped():
    assert shipped_splits() == sorted(SPLITS)


@pytest.mark.parametrize("name", SPLITS)
def test_no_film_or_patient_crosses_a_shipped_split(name):
    split = _shipped(name)
    for kind in ("film", "patient"):
        for one, other in combinations(SECTIONS, 2):
            assert not {item[kind] for item in split[one]} & {item[kind] for item in split[other]}


@pytest.mark.parametrize("name", SPLITS)
def test_films_of_one_patient_stay_together(name):
    split = _shipped(name)
    where = {item["film"]: section for section in SECTIONS for item in split[section]}
    assert where["MCUCXR_0113_1"] == where["MCUCXR_0117_1"]
    assert where["MCUCXR_0162_1"] == where["MCUCXR_0166_1"] == where["MCUCXR_0170_1"]


def test_folds_test_on_every_film_once():
    tested = [item["film"] for fold in range(5) for item in _shipped(f"fold-{fold}")["test"]]
    assert len(tested) == len(set(tested)) == 800
    assert _shipped("default")["test"] == _shipped("fold-0")["test"]


def test_sites_and_labels_are_alike_in_all_sections():
    split = _shipped("default")
    for site in ("montgomery", "shenzhen"):
        shares = [
            np.mean([item["tuberculosis"] for item in split[section] if item["site"] == site]) for section in SECTIONS
        ]
        assert max(shares) - min(shares) < 0.05


def test_site_transfer_tests_on_the_other_site_only():
    split = _shipped("shenzhen-to-montgomery")
    assert {item["site"] for item in split["training"] + split["validation"]} == {"shenzhen"}
    assert {item["site"] for item in split["test"]} == {"montgomery"} and len(split["test"]) == 138


def test_patients_stay_together_in_any_collection(tmp_path):
    films = [Film(tmp_path / f"{n:03d}.png", site="a", patient=str(n // 3), tuberculosis=n % 2) for n in range(90)]
    for fold in range(5):
        sections = make_fold(films, fold)
        patients = [{film.patient for film in sections[name]} for name in SECTIONS]
        assert all(not one & other for one, other in combinations(patients, 2))
        assert sum(len(sections[name]) for name in SECTIONS) == 90


def test_impossible_splits_are_refused(tmp_path, collection):
    films = [Film(tmp_path / "a.png", patient="a")]
    with pytest.raises(ValueError, match="at least 10 patients"):
        make_fold(films, 0)
    with pytest.raises(ValueError, match="expected 0 to 4"):
        make_fold(films, 5)
    with pytest.raises(FileNotFoundError, match="one of default, fold-0"):
        load_split("defualt", collection)
    with pytest.raises(FileNotFoundError, match="films of split default are not there"):
        load_split("default", collection)


def test_written_datalist_loads_in_monai_and_here(tmp_path, collection):
    catalogue = open_catalogue(collection)
    path = tmp_path / "ours.json"
    path.write_text(split_text(make_site_transfer(catalogue.films, "montgomery", "shenzhen"), "ours", collection))
    items = load_decathlon_datalist(path, data_list_key="test", base_dir=collection)
    split = load_split(path, collection, masked=True)
    assert [item["image"] for item in items] == [item["image"] for item in split["test"]]
    assert all(item["label"].startswith(str(collection)) for item in split["training"])


@pytest.mark.films
def test_shipped_splits_are_what_the_command_makes(real_films):
    films = open_catalogue(real_films).films
    made = {f"fold-{fold}": make_fold(films, fold) for fold in range(5)}
    made |= {
        f"{one}-to-{other}": make_site_transfer(films, one, other)
        for one, other in (("montgomery", "shenzhen"), ("shenzhen", "montgomery"))
    }
    for name, sections in (made | {"default": made["fold-0"]}).items():
        shipped = _shipped(name)
        for section in SECTIONS:
            assert [film.name for film in sections[section]] == [item["film"] for item in shipped[section]], name


@pytest.mark.films
def test_no_derived_copy_of_a_film_crosses_a_split(real_films):
    """A copy with other contrast, noise or size would correlate with its source far above any two patients' films."""
    films = open_catalogue(real_films).films
    small = np.stack([resize(read_film(film.image)[0], (32, 32), anti_aliasing=True).ravel() for film in films])
    likeness = np.corrcoef(small)
    np.fill_diagonal(likeness, 0)
    alike = {frozenset((films[i].name, films[j].name)) for i, j in np.argwhere(likeness > 0.995)}
    for name in SPLITS:
        where = {item["film"]: section for section in SECTIONS for item in _shipped(name)[section]}
        crossing = [pair for pair in alike if len({where.get(film) for film in pair}) > 1]
        assert not crossing, (name, crossing)
