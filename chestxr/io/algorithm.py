"""Which model made a result."""

import json
from dataclasses import dataclass
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
        The bundle's version and the first digits of the SHA-256 of its models and its inference.json: what they make
        otherwise is no longer the same result. At most 64 characters, as DICOM's LO allows.
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
        made_by = [*models, root / "configs" / "inference.json"]
        return cls(root.name, " ".join([version, *(sha256(path)[:12] for path in made_by)]))
