"""A film's row in the table of results."""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from chestxr.utils.errors import FilmError
from chestxr.utils.provenance import package_versions, sha256

__all__ = ["failed_row", "models_about", "screening_row"]

_TOLD = ("score", "probability", "probability_low", "probability_high", "decision", "reasons")


def screening_row(source: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """
    Put what was found on a film into a row.

    Parameters
    ----------
    source, result : mapping
        The item before and after the network, with ``screening``, ``quality`` and ``quality_flags``.

    Returns
    -------
    dict
        Film, image, status ("ok", "warning", "no score"), reason, the score and the lungs' measurements.
    """
    found, warnings = result["screening"], result["quality_flags"]
    row = {"film": source["film"], "image": result["lungs"].meta["filename_or_obj"]}
    row["status"] = "no score" if found["no_score"] else "warning" if warnings else "ok"
    # A film that has no score because of its warnings has both in the same words.
    reasons = [*found["no_score"].split("; "), *warnings.split("; ")]
    row["reason"] = "; ".join(dict.fromkeys(filter(None, reasons)))
    told = {name: found[name] for name in _TOLD} | {"threshold": found["threshold"]}
    return row | told | result["quality"] | {"outlying_features": found["outlying_features"]}


def models_about(models: Mapping[str, str | PathLike]) -> dict[str, str]:
    """Name what results were made with: ``<model>_sha256`` of each model's file, and ``versions``."""
    hashes = {f"{name}_sha256": sha256(path) for name, path in models.items()}
    return hashes | {"versions": " ".join(f"{name}={number}" for name, number in package_versions().items())}


def failed_row(error: FilmError) -> dict[str, str]:
    """Put a film that could not be read into a row."""
    return {"film": error.film, "image": error.path, "status": "failed", "reason": str(error)}
