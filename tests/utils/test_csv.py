"""CSV files contain no formulas, and text round-trips."""

import csv

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chestxr.utils.csv import read_csv, write_csv

FORMULAS = ("=1+2", "+1", "-1", "@SUM(1)", "\t=1", "\n=1", "\uff1d1", '=HYPERLINK("http://x","y")')
BEGINNINGS = ("=", "+", "-", "@", "\t", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
OTHERS = ("film", "a;b", "a; -1", "a;'=1", "';'", "'quoted", "''=1", "1.2.840", "a=b", "", 'comma, quote " and\nline')


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_starts_like_a_formula(tmp_path, text):
    write_csv(tmp_path / "films.csv", pd.DataFrame({"film": [text], "score": [-0.25]}))
    with (tmp_path / "films.csv").open(newline="") as file:
        film, score = list(csv.reader(file))[1]
    assert film.startswith(f"'{text[0]}") and score == "-0.25"


@given(text=st.text(alphabet=[*BEGINNINGS, *";,'\" a"], min_size=1), separator=st.sampled_from(";,\t"))
def test_no_cell_starts_like_a_formula_with_any_separator(tmp_path_factory, text, separator):
    path = tmp_path_factory.mktemp("table") / "films.csv"
    write_csv(path, pd.DataFrame({"film": ["film"], "image": [text], "score": [0.25]}))
    with path.open(newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter=separator) for cell in row]
    assert not [cell for cell in cells if cell.startswith(BEGINNINGS)]
    assert read_csv(path)["image"][0] == text


def test_text_round_trips(tmp_path):
    films = [*FORMULAS, *OTHERS]
    write_csv(tmp_path / "films.csv", pd.DataFrame({"film": films, "area": range(len(films))}), "%.6g")
    table = read_csv(tmp_path / "films.csv")
    read = table["film"].fillna("").str.replace("\r\n", "\n")
    assert list(read) == films
    assert list(table["area"]) == list(range(len(films)))


def test_carriage_return_does_not_end_a_row(tmp_path):
    write_csv(tmp_path / "films.csv", pd.DataFrame({"film": ["film\r=1+2"], "score": [0.5]}))
    with (tmp_path / "films.csv").open(newline="") as file:
        assert list(csv.reader(file))[1:] == [["film\n'=1+2", "0.5"]]
