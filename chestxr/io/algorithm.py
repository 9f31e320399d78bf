"""Which model made a result."""

import hashlib
import json
from collections.abc import Callable
from functools import cached_property, partial
from importlib.metadata import version as package_version
from os import PathLike
from pathlib import Path

from .hashing import sha256

__all__ = ["Algorithm"]


class Algorithm:
    """
    A model with its version, as DICOM results name it.

    Parameters
    ----------
    name : str
        The bundle's folder name.
    version : str or callable
        The version, at most 64 characters, as DICOM's LO allows; or a function that returns it, called once when the
        version is first asked for.
    """

    def __init__(self, name: str, version: str | Callable[[], str]) -> None:
        self.name = name
        self._version = version

    @cached_property
    def version(self) -> str:
        """The version."""
        return self._version if isinstance(self._version, str) else self._version()

    @classmethod
    def of_bundle(cls, bundle_root: str | PathLike, models: list[str | PathLike]) -> "Algorithm":
        """
        Name a bundle with the models that it runs.

        The version is the bundle's own, followed by the first digits of the SHA-256 of its models, and of its
        inference.json with chestxr's version: a result of any other is not the same result. No file is opened before
        the version is asked for.

        Parameters
        ----------
        bundle_root : str or os.PathLike
            The bundle's folder, with ``configs/metadata.json`` and ``configs/inference.json``.
        models : list of str or os.PathLike
            Files of the weights in use, the bundle's own or others.
        """
        root = Path(bundle_root).absolute()
        return cls(root.name, partial(_bundle_version, root, models))


def _bundle_version(root: Path, models: list[str | PathLike]) -> str:
    version = json.loads((root / "configs" / "metadata.json").read_text())["version"]
    pipeline = hashlib.sha256((root / "configs" / "inference.json").read_bytes() + package_version("chestxr").encode())
    hashes = [*map(sha256, models), pipeline.hexdigest()]
    return " ".join([version, *(digits[:12] for digits in hashes)])
