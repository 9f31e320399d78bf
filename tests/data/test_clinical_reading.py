"""Clinical readings of both sites, including irregular lines."""

import math
import time

import pytest

from chestxr.data.clinical_reading import read_clinical_reading


@pytest.mark.parametrize(
    ("text", "sex", "age", "reading"),
    [
        ("Patient's Sex: F \nPatient's Age: 027Y\nnormal\n\n", "F", 27, "normal"),
        ("Patient's Sex: O \nPatient's Age: 005Y\nnormal", "", 5, "normal"),
        ("Patient's Sex: M\nPatient's Age: 008M\n3 mm nodule,\n left", "M", 8 / 12, "3 mm nodule, left"),
        ("male 45yrs\nnormal", "M", 45, "normal"),
        ("femal 32yrs\nnormal", "F", 32, "normal"),
        ("female24yrs\nnormal", "F", 24, "normal"),
        ("male , 29yrs  \t\nbilateral secondary PTB", "M", 29, "bilateral secondary PTB"),
        ("male 16month\nnormal", "M", 16 / 12, "normal"),
        ("female 64days\nnormal", "F", 64 / 365.25, "normal"),
        ("\ufeffFemale, 28yrs\r\n1. PTB;\r\n2. effusion", "F", 28, "1. PTB; 2. effusion"),
        ("male 42\n3 mm nodule", "M", math.nan, "3 mm nodule"),
        ("37 male\nnormal", "M", math.nan, "normal"),
        ("", "", math.nan, ""),
        ("male 45 - yrs\nnormal", "M", 45, "normal"),
        ("male 123456yrs\nnormal", "M", math.nan, "normal"),
    ],
)
def test_readings(tmp_path, text, sex, age, reading):
    path = tmp_path / "film.txt"
    path.write_bytes(text.encode())
    facts = read_clinical_reading(path)
    assert (facts["sex"], facts["reading"]) == (sex, reading)
    assert facts["age_years"] == pytest.approx(age, nan_ok=True)


def test_missing_reading_leaves_all_unknown(tmp_path):
    facts = read_clinical_reading(tmp_path / "film.txt")
    assert facts["sex"] == facts["reading"] == "" and math.isnan(facts["age_years"])


@pytest.mark.parametrize("run", ["1", "\n", " \n", "1 ", "1" + 8000 * " "])
def test_any_text_is_parsed_in_linear_time(tmp_path, run):
    path = tmp_path / "film.txt"
    path.write_text(f"x{run * (20_000 // len(run))}x")
    start = time.process_time()
    read_clinical_reading(path)
    assert time.process_time() - start < 0.5
