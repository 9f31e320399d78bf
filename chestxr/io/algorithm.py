"""Which model made a result."""

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version as package_version
from os import PathLike
from pathlib import Path

from .hashing import sha256

__all__ = ["Algorithm"]


@dataclass(frozen=True)
class Algorithm:
    """
    A model with its version, as DICOM results name it.

    Attributes
    ----------
    name : str
        The bundle's folder name.
    version : str
        The bundle's version and the first digits of the SHA-256 of its models, and of its inference.json with
        chestxr's version: what they make otherwise is no longer the same result. At most 64 characters, as DICOM's LO
        allows.
    """

    name: str
    version: str

    @classmethod
    def of_bundle(cls, bundle_root: str | PathLike, models: list[str | PathLike]) -> "Algorithm":
        """
        Name a bundle with the models that it runs.

        Parameters
        ----------
        bundle_root : str or os.PathLike
            The bundle's folder, with ``configs/metadata.json`` and ``configs/inference.json``.
        models : list of str or os.PathLike
            Files of weights in use, be they the bundle's own or others.

        Raises
        ------
        FileNotFoundError
            If the metadata or a model is missing.
        """
        root = Path(bundle_root).absolute()
        version = json.loads((root / "configs" / "metadata.json").read_text())["version"]
        pipeline = hashlib.sha256(
            (root / "configs" / "inference.json").read_bytes() + package_version("chestxr").encode()
        )
        hashes = [*map(sha256, models), pipeline.hexdigest()]
        return cls(root.name, " ".join([version, *(digits[:12] for digits in hashes)]))
