"""Models served by the app, and versions of their weights."""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

from chestxr.bundle import bundle_folder
from chestxr.utils.atomic import atomic_write, write_text
from chestxr.utils.provenance import sha256

__all__ = ["MODELS", "SHIPPED", "Weights"]

MODELS = {"unet": "cxr_lung_segmentation_unet", "resunet": "cxr_lung_segmentation_resunet"}
SHIPPED = "shipped"
_VERSION = re.compile(r"v(\d+)\.pt")


class Weights:
    """
    Weights of one model: the shipped ones, which are never overwritten, and those trained since.

    A folder holds ``v1.pt``, ``v2.pt`` ..., a note ``v1.json`` on the training of each, and ``served.txt``, the
    version in use.

    Parameters
    ----------
    model : str
        Key of ``MODELS``.
    folder : str or pathlib.Path, optional
        Folder of versions; default ``output/monailabel`` next to the bundles.
    """

    def __init__(self, model: str, folder: str | Path = "") -> None:
        self.model = model
        self.bundle = bundle_folder(MODELS[model])
        self.folder = Path(folder or self.bundle.parents[1] / "output" / "monailabel") / model

    def versions(self) -> list[str]:
        """List versions, newest first."""
        numbers = (_VERSION.fullmatch(path.name) for path in self.folder.glob("v*.pt"))
        return [f"v{number}" for number in sorted((int(one[1]) for one in numbers if one), reverse=True)] + [SHIPPED]

    def served(self) -> str:
        """Return the served version."""
        note = self.folder / "served.txt"
        chosen = note.read_text().strip() if note.is_file() else SHIPPED
        return chosen if chosen in self.versions() else SHIPPED

    def serve(self, version: str) -> None:
        """
        Serve a version.

        Raises
        ------
        ValueError
            If the version does not exist.
        """
        self.path(version)
        write_text(self.folder / "served.txt", f"{version}\n")

    def path(self, version: str) -> Path:
        """
        Return a version's file.

        Raises
        ------
        ValueError
            If the version does not exist.
        """
        if version not in self.versions():
            raise ValueError(f"{version}: no such version of {self.model}; there are {', '.join(self.versions())}")
        return self.bundle / "models" / "model.pt" if version == SHIPPED else self.folder / f"{version}.pt"

    def next_version(self) -> str:
        """Return the name of the next version to be trained."""
        return f"v{1 + max((int(version[1:]) for version in self.versions() if version != SHIPPED), default=0)}"

    def add(self, trained: Path, about: dict) -> str:
        """Add newly trained weights as the next version and serve it; return its name."""
        version = self.next_version()
        with atomic_write(self.folder / f"{version}.pt") as partial:
            shutil.copyfile(trained, partial)
        made = {
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "sha256": sha256(self.folder / f"{version}.pt"),
        }
        self.note(version, made | about)
        self.serve(version)
        return version

    def note(self, version: str, about: dict) -> None:
        """Add to a version's note."""
        write_text(self.folder / f"{version}.json", json.dumps(self.about(version) | about, indent=1))

    def about(self, version: str) -> dict:
        """Return a version's note, empty for a version that was added by hand."""
        path = self.folder / f"{version}.json"
        return json.loads(path.read_text()) if path.is_file() else {}
