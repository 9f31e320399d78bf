"""What tables and pictures call a film."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chestxr.utils.text import escape_path

__all__ = ["film_of", "site_of"]


def film_of(item: Mapping[str, Any]) -> str:
    """Return an item's film; its file's name where the caller (MONAI Label) gives a path and nothing else."""
    return str(item["film"]) if "film" in item else escape_path(Path(item["image"].meta["filename_or_obj"]).name)


def site_of(item: Mapping[str, Any]) -> str:
    """Return the site that an item's film comes from, "unknown" if none is given."""
    return str(item.get("site", "unknown"))
