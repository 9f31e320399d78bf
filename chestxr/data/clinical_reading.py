"""Read sex, age and the radiologist's reading from a film's text file."""

import math
import re
from pathlib import Path

__all__ = ["read_clinical_reading"]

# Adjacent repetitions must not match the same characters: matching would take quadratic time.
_LABELLED = re.compile(r"^[^\S\n]*patient'?s?\s+(?:sex|age)\s*:(.*)$", re.IGNORECASE | re.MULTILINE)
_SEX = re.compile(r"\b(?:(?P<female>fem|f\b)|ma|m\b)", re.IGNORECASE)
_AGE = re.compile(r"(?<!\d)(\d{1,5}(?:\.\d+)?)\s*(?:-\s*)?(y|m(?!a)|w|d)", re.IGNORECASE)
_YEARS = {"y": 1.0, "m": 1 / 12, "w": 7 / 365.25, "d": 1 / 365.25}


def read_clinical_reading(path: Path) -> dict:
    """
    Read the sex, age and reading of one film.

    Montgomery's files contain "Patient's Sex: F", "Patient's Age: 027Y" and then the reading. Shenzhen's start with
    a line such as "male 37yrs", "femal 32yrs", "female24yrs", "male , 29yrs", "male 16month" or "female 64days".

    Parameters
    ----------
    path : pathlib.Path
        The text file; if it is missing, everything is unknown.

    Returns
    -------
    dict
        ``sex`` ("F", "M", "" if neither), ``age_years`` (NaN if unknown or without a unit), ``reading``.
    """
    if not path.is_file():
        return {"sex": "", "age_years": math.nan, "reading": ""}
    text = path.read_text(encoding="utf-8-sig", errors="replace").strip()
    labelled = _LABELLED.findall(text)
    if labelled:
        person, words = " ".join(labelled), _LABELLED.sub("", text)
    else:
        person, _, words = text.partition("\n")
    sex, age = _SEX.search(person), _AGE.search(person)
    return {
        "sex": "" if sex is None else "F" if sex["female"] else "M",
        "age_years": math.nan if age is None else float(age[1]) * _YEARS[age[2].lower()],
        "reading": " ".join(words.split()),
    }
