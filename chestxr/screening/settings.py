"""What a screening's results depend on beside the film."""

import hashlib
import json
from pathlib import Path

from chestxr.evaluation.versions import package_versions
from chestxr.io import Algorithm, sha256

__all__ = ["algorithm_of", "key_of", "settings_of"]


def algorithm_of(bundle: Path, site_scale: str | None = None) -> Algorithm:
    """Name a screening bundle's shipped models, and the site's scale if there is one."""
    models = [bundle / "models" / name for name in ("model.pt", "tuberculosis.ubj")]
    return Algorithm.of_bundle(bundle, [*models, *([site_scale] if site_scale else [])])


def settings_of(bundle: Path, knobs: dict) -> dict:
    """Describe a screening by its bundle, models, settings and the package's version."""
    algorithm = algorithm_of(bundle, knobs.get("site_scale"))
    told = {"bundle": algorithm.name, "version": algorithm.version}
    told["settings"] = dict(knobs)
    told["inference_sha256"] = sha256(bundle / "configs" / "inference.json")
    return told | {"chestxr": package_versions()["chestxr"]}


def key_of(settings: dict) -> str:
    """Return a hash of settings: results of other ones are not taken over."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
