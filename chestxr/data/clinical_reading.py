"""The text file beside a film: sex, age, and the radiologist's words."""

import math
import re
from pathlib import Path

__all__ = ["read_clinical_reading"]

_SEX = re.compile(r"\b(?:(fe)?male|([FM])\b(?=\s*$|\s*[,;]))", re.IGNORECASE | re.MULTILINE)
_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*-?\s*(y|m|d)[a-z]*|age:\s*0*(\d+)\s*(y|m|d)?", re.IGNORECASE)
_YEARS = {"y": 1.0, "m": 1 / 12, "d": 1 / 365.25}
_LABELS = re.compile(r"^\s*patient'?s?\s+(?:sex|age)\s*:.*$", re.IGNORECASE | re.MULTILINE)


def read_clinical_reading(path: Path) -> dict:
    """
    Read the sex, age and reading of one film.

    Montgomery's files say "Patient's Sex: F", "Patient's Age: 027Y" and then the reading; Shenzhen's "male 37yrs"
    and then the reading, with months or days for infants.

    Parameters
    ----------
    path : pathlib.Path
        The text file; a missing one leaves everything unknown.

    Returns
    -------
    dict
        ``sex`` ("F", "M", ""), ``age_years`` (NaN if unknown), ``reading``.
    """
    if not path.is_file():
        return {"sex": "", "age_years": math.nan, "reading": ""}
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    sex, age = _SEX.search(text), _AGE.search(text)
    return {"sex": _sex(sex), "age_years": _age(age), "reading": _reading(text)}


def _sex(match: re.Match | None) -> str:
    if match is None:
        return ""
    return match[2].upper() if match[2] else ("F" if match[1] else "M")


def _age(match: re.Match | None) -> float:
    if match is None:
        return math.nan
    number, unit = (match[1], match[2]) if match[1] else (match[3], match[4] or "y")
    return float(number) * _YEARS[unit.lower()]


def _reading(text: str) -> str:
    """Return what follows the lines on sex and age, on one line."""
    if _LABELS.search(text):
        words = _LABELS.sub("", text)
    else:
        words = text.partition("\n")[2]
    return " ".join(words.split())
