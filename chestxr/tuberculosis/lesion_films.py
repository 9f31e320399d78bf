"""Lesion evidence of films and their lung masks, with a cache."""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256 as hash_of
from pathlib import Path
from typing import Any

from chestxr.utils.atomic import write_text
from chestxr.utils.provenance import sha256

__all__ = ["LesionCache"]


class LesionCache:
    """
    Measure the lesion evidence of films, each once.

    Parameters
    ----------
    measure : callable
        Transform chain of an item with the paths ``film_image`` and ``lungs``, which adds ``lesion_evidence``.
    folder : pathlib.Path
        Folder of the cache.
    settings_hash : str
        Hash of the settings of `measure`.
    """

    def __init__(
        self, measure: Callable[[Mapping[str, Any]], Mapping[str, Any]], folder: Path, settings_hash: str
    ) -> None:
        self.measure = measure
        self.folder = folder
        self.settings_hash = settings_hash

    def __call__(self, film: Path, lungs: Path) -> dict[str, float]:
        """Return the evidence of a film."""
        key = hash_of(" ".join([self.settings_hash, sha256(film), sha256(lungs)]).encode()).hexdigest()
        stored = self.folder / key[:2] / f"{key}.json"
        if stored.is_file():
            return dict(json.loads(stored.read_text()))
        evidence = self.measure({"film_image": str(film), "lungs": str(lungs)})["lesion_evidence"]
        write_text(stored, json.dumps(evidence))
        return evidence
