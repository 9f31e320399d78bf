"""A text from others is no formula in a spreadsheet, and comes back as it was."""

import csv

import pandas as pd
import pytest

from chestxr.io.csv_table import read_csv, write_csv

FORMULAS = ("=1+2", "+1", "-1", "@SUM(1)", "\t=1", "\n=1", "\uff1d1", '=HYPERLINK("http://x","y")')
OTHERS = ("film", "'quoted", "''=1", "1.2.840", "a=b", "", 'comma, quote " and\nline')


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_as_a_formula_does(tmp_path, text):
    write_csv(tmp_path / "films.csv", pd.DataFrame({"film": [text], "score": [-0.25]}))
    with (tmp_path / "films.csv").open(newline="") as file:
        film, score = list(csv.reader(file))[1]
    assert film == f"'{text}" and score == "-0.25"


def test_texts_come_back_as_they_were(tmp_path):
    films = [*FORMULAS, *OTHERS]
    write_csv(tmp_path / "films.csv", pd.DataFrame({"film": films, "area": range(len(films))}), "%.6g")
    table = read_csv(tmp_path / "films.csv")
    told = table["film"].fillna("").str.replace("\r\n", "\n")
    assert list(told) == films
    assert list(table["area"]) == list(range(len(films)))


def test_a_carriage_return_ends_no_row(tmp_path):
    write_csv(tmp_path / "films.csv", pd.DataFrame({"film": ["film\r=1+2"], "score": [0.5]}))
    with (tmp_path / "films.csv").open(newline="") as file:
        assert list(csv.reader(file))[1:] == [["film\n=1+2", "0.5"]]
