"""Rows of the table of screening results."""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from chestxr.utils.errors import FilmError
from chestxr.utils.provenance import package_versions, sha256

__all__ = ["failed_row", "models_about", "screening_row"]

_COPIED = ("score", "probability", "probability_low", "probability_high", "decision", "reasons")


def screening_row(source: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return a film's row of the table.

    Parameters
    ----------
    source, result : mapping
        The item before and after the network, with ``screening``, ``quality`` and ``quality_flags``.

    Returns
    -------
    dict
        Film, image, status ("ok", "warning", "no score"), reason, the score, marks in words with their places in
        pixels of the film, and the lungs' measurements.
    """
    found, warnings = result["screening"], result["quality_flags"]
    row = {"film": source["film"], "image": result["lungs"].meta["filename_or_obj"]}
    row["status"] = "no score" if found["no_score"] else "warning" if warnings else "ok"
    # If warnings are the reason for a missing score, both have the same text.
    reasons = [*found["no_score"].split("; "), *warnings.split("; ")]
    row["reason"] = "; ".join(dict.fromkeys(filter(None, reasons)))
    copied = {name: found[name] for name in _COPIED} | {"threshold": found["threshold"]}
    copied["marks"] = "; ".join(f"{mark.words}, at {mark.x:.0f} {mark.y:.0f}" for mark in found["marks"])
    return row | copied | result["quality"] | {"outlying_features": found["outlying_features"]}


def models_about(models: Mapping[str, str | PathLike]) -> dict[str, str]:
    """Return the provenance of results: ``<model>_sha256`` of each model's file, and ``versions``."""
    hashes = {f"{name}_sha256": sha256(path) for name, path in models.items()}
    return hashes | {"versions": " ".join(f"{name}={number}" for name, number in package_versions().items())}


def failed_row(error: FilmError) -> dict[str, str]:
    """Return the row of a film that could not be read."""
    return {"film": error.film, "image": error.path, "status": "failed", "reason": str(error)}
