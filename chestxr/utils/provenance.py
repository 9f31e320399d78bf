"""Provenance of results: model, version and hashes."""

import hashlib
import json
import platform
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from importlib.metadata import version
from os import PathLike
from pathlib import Path

__all__ = ["Algorithm", "package_versions", "sha256"]

_HASH_DIGITS = 12
# Characters of the DICOM value representation LO.
_LONGEST_VERSION = 64


def sha256(path: str | PathLike) -> str:
    """Return the SHA-256 of a file's content, as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that affect results, by name."""
    packages = ("chestxr", "monai", "torch", "pytorch-ignite", "numpy", "pydicom")
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


class Algorithm:
    """
    A model and its version, as named in DICOM results.

    Parameters
    ----------
    name : str
        The bundle's folder name.
    version : str or callable
        The version, at most 64 characters (DICOM VR LO), or a function that returns it, called once at the first
        access.
    """

    def __init__(self, name: str, version: str | Callable[[], str]) -> None:
        self.name = name
        self._version = version

    @cached_property
    def version(self) -> str:
        """The version."""
        return self._version if isinstance(self._version, str) else self._version()

    @classmethod
    def of_bundle(cls, bundle_root: str | PathLike, models: Sequence[str | PathLike | None]) -> "Algorithm":
        """
        Return the algorithm of a bundle and its models.

        The version is that of the bundle, followed by the first digits of the SHA-256 of each model, and of
        inference.json with chestxr's version, since each of them affects the results. No file is opened before the
        first access to the version.

        Parameters
        ----------
        bundle_root : str or os.PathLike
            The bundle's folder, with ``configs/metadata.json`` and ``configs/inference.json``.
        models : sequence of str or os.PathLike or None
            Files of the weights in use, the bundle's own or others; None for one that is not used.
        """
        root = Path(bundle_root).absolute()
        return cls(root.name, partial(_bundle_version, root, [path for path in models if path]))


def _bundle_version(root: Path, models: list[str | PathLike]) -> str:
    of_bundle = json.loads((root / "configs" / "metadata.json").read_text())["version"]
    pipeline = hashlib.sha256((root / "configs" / "inference.json").read_bytes() + version("chestxr").encode())
    hashes = [*map(sha256, models), pipeline.hexdigest()]
    # Twelve digits of each, or as many as fit next to each other.
    length = min(_HASH_DIGITS, (_LONGEST_VERSION - len(of_bundle)) // len(hashes) - 1)
    return " ".join([of_bundle, *(digits[:length] for digits in hashes)])
