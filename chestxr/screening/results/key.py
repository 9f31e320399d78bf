"""What a screening's results depend on beside the film."""

import hashlib
import json
from pathlib import Path

from chestxr.bundle.entry import bundle_entry
from chestxr.utils.provenance import package_versions, sha256

__all__ = ["key_of", "settings_of"]


def settings_of(bundle: Path, overrides: dict) -> dict:
    """Describe a screening by its bundle, models, settings and the package's version."""
    algorithm = bundle_entry(bundle, "algorithm", **overrides)
    told = {"bundle": algorithm.name, "version": algorithm.version}
    told["settings"] = dict(overrides)
    told["inference_sha256"] = sha256(bundle / "configs" / "inference.json")
    return told | {"chestxr": package_versions()["chestxr"]}


def key_of(settings: dict) -> str:
    """Return a hash of settings: results of other ones are not taken over."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
