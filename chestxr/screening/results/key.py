"""Settings and hash of everything except the film that results depend on."""

import hashlib
import json
from pathlib import Path

from chestxr.bundle.entry import bundle_entry
from chestxr.utils.provenance import package_versions, sha256

__all__ = ["key_of", "settings_of"]


def settings_of(bundle: Path, overrides: dict) -> dict:
    """
    Return the bundle, models, overrides and package version of a screening run.

    Raises
    ------
    ValueError
        If the bundle does not have an entry that is overridden: MONAI would ignore it.
    """
    declared = json.loads((bundle / "configs" / "inference.json").read_text())
    unknown = [name for name in overrides if name.partition("#")[0] not in declared]
    if unknown:
        raise ValueError(
            f"{bundle}: found no entry {unknown[0]} in configs/inference.json; expected a bundle with it; use the "
            "bundle of this version of chestxr"
        )
    algorithm = bundle_entry(bundle, "algorithm", **overrides)
    settings = {"bundle": algorithm.name, "version": algorithm.version}
    settings["settings"] = dict(overrides)
    settings["inference_sha256"] = sha256(bundle / "configs" / "inference.json")
    return settings | {"chestxr": package_versions()["chestxr"]}


def key_of(settings: dict) -> str:
    """Return the SHA-256 of settings; results with another key are not reused."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
