"""HTML report of a run: a table of films, and a view of each film with marks, contours, zone map and evidence."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from jinja2 import Environment
from PIL import Image

from chestxr.screening.results.record import FilmRecord, full_size_path, preview_path
from chestxr.utils.atomic import write_text
from chestxr.utils.errors import FilmError
from chestxr.utils.lesion_mark import mark_radius

__all__ = ["write_page"]

_THUMBNAIL = 64
_KINDS = (
    ("suspicious", "suspicious"),
    ("not-suspicious", "not suspicious"),
    ("no-score", "no score"),
    ("failed", "failed"),
)
# Counted only if there are any.
_RARE_KINDS = (("not-screened", "not screened"), ("flagged", "with a warning"))
# Key, and heading in three parts; a narrow screen shows the middle one.
_COLUMNS = (
    ("film", "", "film", ""),
    ("date", "view, study ", "date", ""),
    ("score", "", "probability", ", 95% interval"),
    ("result", "", "result", ""),
)
_GLYPHS = {
    "suspicious": "\u25b2",
    "not-suspicious": "\u25cb",
    "no-score": "\u2014",
    "failed": "\u2716",
    "not-screened": "\u2026",
}
_MEASURED = {
    "symmetry": "area of the smaller lung over the larger",
    "wholeness": "lung pixels in one piece, fraction",
    "confidence": "mean confidence of the network",
    "heart_side": "heart offset to the patient's left, thorax widths",
    "cut_off": "film edge inside the lungs, largest fraction",
    "contrast": "contrast of the lungs, fraction of the range",
    "frontal": "frontal and upright, probability",
    "mirrored": "mirror image, probability",
    "row_jump": "largest discontinuity between rows, relative to the usual",
    "noise": "noise level at 256 px, fraction of the range",
    "outlying_features": "outlying features, largest fraction in a region",
}


def write_page(
    path: Path,
    items: Sequence[Mapping],
    records: Mapping[str, FilmRecord],
    failures: Mapping[str, FilmError],
    manifest: Mapping,
    labels: Mapping[str, str] | None = None,
) -> None:
    """
    Write the report of a run: a page that needs no network.

    Previews are part of the page. The pictures at full resolution are files in its folder, loaded when a film is
    magnified; without them, the page shows the previews.

    Parameters
    ----------
    path : pathlib.Path
        File to write, in the folder of the results.
    items : sequence of mapping
        All films of the run, with the key ``film``.
    records : mapping of str to chestxr.screening.results.record.FilmRecord
        Records of finished films, by name.
    failures : mapping of str to FilmError
        Errors of failed films, by name.
    manifest : mapping
        Manifest, as returned by :py:meth:`chestxr.screening.local.run.ScreeningRun.finish`.
    labels : mapping of str to str, optional
        Text to show instead of a film's name, by name. Addresses and files keep the name.
    """
    labels = labels or {}
    films = [
        _screened(records[item["film"]], path.parent)
        if item["film"] in records
        else _failed(item["film"], failures.get(item["film"]))
        for item in items
    ]
    for film in films:
        film["label"] = film["detail"]["label"] = labels.get(film["name"], film["name"])
    films.sort(key=lambda film: film["sort_score"], reverse=True)
    folder = files("chestxr.screening.html")
    style, script = ((folder / f"page.{ending}").read_text() for ending in ("css", "js"))
    template = Environment(autoescape=True, trim_blocks=True).from_string((folder / "page.html").read_text())
    template.globals["share"] = _share
    page = template.render(
        films=films,
        manifest=manifest,
        counts=_counts(films),
        columns=_COLUMNS,
        made_with=[*manifest["settings"].items(), *manifest["versions"].items()],
        style=style,
        script=script,
        style_hash=_csp_hash(style),
        script_hash=_csp_hash(script),
    )
    write_text(path, page)


def _counts(films: Sequence[Mapping]) -> list[tuple[str, str, int]]:
    """Return the kinds of films with their names and numbers."""
    numbers = Counter(film["kind"] for film in films)
    numbers["flagged"] = sum(film["flagged"] for film in films)
    counted = [(kind, words, numbers[kind]) for kind, words in _KINDS]
    return counted + [(kind, words, numbers[kind]) for kind, words in _RARE_KINDS if numbers[kind]]


def _screened(record: FilmRecord, folder: Path) -> dict:
    row = record.row
    picture = preview_path(folder, row["film"]).read_bytes()
    thumbnail, size = _thumbnail(picture)
    scored = row["probability"] is not None
    result = row["decision"] if scored else "no score"
    flags = row["reason"].split("; ") if row["reason"] else []
    kind = result.replace(" ", "-")
    return {
        "name": row["film"],
        "kind": kind,
        "glyph": _GLYPHS[kind],
        "result": result,
        "flagged": scored and bool(flags),
        "probability": row["probability"],
        "low": row["probability_low"],
        "high": row["probability_high"],
        "threshold": row["threshold"],
        "sort_score": row["probability"] if scored else -1,
        "view": record.view,
        "date": record.study_date,
        "reasons": _strongest(row),
        "flags": flags,
        "thumbnail": thumbnail,
        "thumbnail_size": size,
        "detail": {
            "preview": _data_url(picture),
            "preview_size": record.preview,
            "full": quote(full_size_path(Path(), row["film"]).as_posix()),
            "full_size": record.size,
            "outlines": record.outlines,
            "zones": record.zones,
            "marks": _marks(record),
            "score": _score(row) if scored else [["no score", row["reason"]]],
            "evidence": _evidence(record),
            "flags": flags if scored else [],
            "measurements": _measurements(record),
            "versions": _versions(row),
        },
    }


def _failed(film: str, error: FilmError | None) -> dict:
    why = f"found {error.found}; expected {error.expected}; {error.remedy}" if error else "the run was stopped"
    result = "failed" if error else "not screened"
    detail: dict[str, Any] = {"preview": None, "score": [["no result", why]], "evidence": []}
    detail |= {"flags": [], "measurements": [], "versions": []}
    kind = result.replace(" ", "-")
    shown = {"name": film, "kind": kind, "glyph": _GLYPHS[kind], "result": result, "flagged": False}
    shown |= {"view": "", "date": "", "reasons": [], "flags": [why], "thumbnail": ""}
    return shown | {"probability": None, "sort_score": -2, "detail": detail}


def _marks(record: FilmRecord) -> list[list]:
    """Return the marks on the preview: x, y and radius in its pixels, and the probability as text."""
    if record.preview is None:
        return []
    scale, radius = record.preview[0] / record.size[0], mark_radius(*record.preview)
    return [[mark.x * scale, mark.y * scale, radius, f"{mark.probability:.2f}"] for mark in record.marks]


def _evidence(record: FilmRecord) -> list[list]:
    """Return the evidence with headings; what speaks against the result comes last, and says so."""
    towards = [("marks", "Opacities marked on the film, probability"), ("for", "For tuberculosis, in log odds")]
    away = [("no_marks", "Opacities marked on the film"), ("against", "Against tuberculosis, in log odds")]
    agreeing, opposing = (towards, away) if record.row["decision"] == "suspicious" else (away, towards)
    shown = [(heading, kind) for kind, heading in agreeing]
    shown += [(f"Despite the result: {heading[0].lower()}{heading[1:]}", kind) for kind, heading in opposing]
    return [[heading, record.evidence[kind]] for heading, kind in shown if record.evidence.get(kind)]


def _strongest(row: Mapping) -> list[str]:
    """Return the strongest reason that agrees with the result, and the strongest that does not."""
    reasons = row["reasons"].split("; ") if row["reasons"] else []
    opposing = [reason for reason in reasons if reason.startswith("despite ")]
    return [*[reason for reason in reasons if reason not in opposing][:1], *opposing[:1]]


def _score(row: Mapping) -> list[list[str]]:
    return [
        ["probability", _share(row["probability"], 3)],
        ["95% interval", f"{_share(row['probability_low'], 3)} to {_share(row['probability_high'], 3)}"],
        ["threshold", f"{row['threshold']:.3f}"],
        ["result", f"{row['decision']} (research use only)"],
    ]


def _share(value: float, digits: int) -> str:
    """Format a probability; never round it to 0 or 1."""
    least = 10**-digits
    if value > 1 - least / 2:
        return f">{1 - least:.{digits}f}"
    return f"<{least:.{digits}f}" if value < least / 2 else f"{value:.{digits}f}"


def _measurements(record: FilmRecord) -> list[list[str]]:
    """Return lung areas, in cm2 if the film states its spacing, else in pixels, and the quality measurements."""
    pixels = record.size[0] * record.size[1]
    shown = []
    for side in ("right", "left"):
        share = record.row[f"{side}_area"]
        area = f"{share * pixels:,.0f} pixels"
        if record.spacing_mm:
            area = f"{share * pixels * record.spacing_mm[0] * record.spacing_mm[1] / 100:.1f} cm\u00b2{_where(record)}"
        shown.append([f"{side} lung", f"{area}, {share:.1%} of the film"])
    for name, words in _MEASURED.items():
        if name not in record.row:  # made with an earlier version of the bundle
            continue
        value = record.row[name]
        shown.append([words, "not measurable" if value is None or np.isnan(value) else f"{value:.3f}"])
    shown.append(["film", f"{record.size[0]} x {record.size[1]} pixels, {_spacing(record)}"])
    return shown


def _spacing(record: FilmRecord) -> str:
    spacing = record.spacing_mm
    return f"{spacing[0]:g} x {spacing[1]:g} mm{_where(record)}" if spacing else "spacing not stated"


def _where(record: FilmRecord) -> str:
    """Return where distances in mm were measured: structures appear a little larger at the detector."""
    return " at the detector" if record.at_detector else ""


def _versions(row: Mapping) -> list[list[str]]:
    models = [[name.removesuffix("_sha256"), value[:16]] for name, value in row.items() if name.endswith("_sha256")]
    return [*models, *(pair.split("=", 1) for pair in row["versions"].split())]


def _thumbnail(picture: bytes) -> tuple[str, tuple[int, int]]:
    image = Image.open(BytesIO(picture))
    image.thumbnail((_THUMBNAIL, _THUMBNAIL))
    small = BytesIO()
    image.save(small, "webp", quality=70)
    return _data_url(small.getvalue()), image.size


def _data_url(picture: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"


def _csp_hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
