"""Settings and hash of everything except the film that results depend on."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chestxr.bundle.entry import bundle_entry
from chestxr.utils.provenance import package_versions, sha256

__all__ = ["key_of", "settings_of"]


def settings_of(bundle: Path, overrides: dict, earlier: Mapping[str, Any] | None = None) -> dict:
    """
    Return the bundle, models, overrides and package version of a screening run.

    Parameters
    ----------
    bundle : pathlib.Path
        Folder of the screening bundle.
    overrides : dict
        Entries of the bundle's inference.json that differ.
    earlier : mapping, optional
        Manifest of an earlier run. If its files and overrides were the same, so are its settings, and the bundle is not
        evaluated, which would import PyTorch and MONAI.

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
    settings = {
        "settings": dict(overrides),
        "inference_sha256": sha256(bundle / "configs" / "inference.json"),
        "inputs_sha256": _inputs_sha256(bundle, overrides),
        "chestxr": package_versions()["chestxr"],
    }
    if earlier and all(earlier.get(name) == value for name, value in settings.items()):
        return {name: earlier[name] for name in ("bundle", "version")} | settings
    algorithm = bundle_entry(bundle, "algorithm", **overrides)
    return {"bundle": algorithm.name, "version": algorithm.version} | settings


def _inputs_sha256(bundle: Path, overrides: dict) -> str:
    """Return the SHA-256 of all files that a bundle's results can depend on: its own, and those that overrides name."""
    named = (Path(value) for value in overrides.values() if isinstance(value, str))
    hashes = [sha256(path) for path in (*_files_of(bundle), *named) if path.is_file()]
    return hashlib.sha256(" ".join([bundle.name, *hashes]).encode()).hexdigest()


def _files_of(bundle: Path) -> Iterator[Path]:
    yield from (bundle / "configs" / name for name in ("inference.json", "metadata.json"))
    yield from sorted((bundle / "models").iterdir())


def key_of(settings: dict) -> str:
    """Return the SHA-256 of settings; results with another key are not reused."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
