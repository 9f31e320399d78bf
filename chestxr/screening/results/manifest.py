"""The manifest of a run: ``run.json``."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chestxr.utils.atomic import write_text
from chestxr.utils.provenance import package_versions

__all__ = ["read_manifest", "write_manifest"]

_NAME = "run.json"


def write_manifest(
    out: Path,
    settings: Mapping[str, Any],
    *,
    complete: bool,
    films: Mapping[str, int],
    started: datetime,
    versions: Mapping[str, str] | None = None,
    **details: Any,
) -> dict[str, Any]:
    """
    Write the manifest of a run, atomically.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the results.
    settings : mapping
        Bundle, models and settings, as :py:func:`.key.settings_of` returns them.
    complete : bool
        Whether every film was screened or failed.
    films : mapping of str to int
        Number of films: ``all``, ``done_before``, and by status and decision.
    started : datetime.datetime
        When the run started.
    versions : mapping of str to str, optional
        Versions of packages in addition to those that decide a result.
    **details
        Further entries of one kind of run, such as failures, times and memory.

    Returns
    -------
    dict
        The manifest.
    """
    manifest = {
        **settings,
        "research_use_only": True,
        "complete": complete,
        "films": dict(films),
        "versions": package_versions() | dict(versions or {}),
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        **details,
    }
    write_text(out / _NAME, json.dumps(manifest, indent=1))
    return manifest


def read_manifest(out: Path) -> dict[str, Any] | None:
    """Return the manifest of an earlier run, or None if there is none."""
    path = out / _NAME
    return json.loads(path.read_text()) if path.is_file() else None
