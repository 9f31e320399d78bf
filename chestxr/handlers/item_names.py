"""Names of films and sites in tables and images."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chestxr.utils.text import escape_path

__all__ = ["film_of", "site_of"]


def film_of(item: Mapping[str, Any]) -> str:
    """Return an item's film name, or its file name if the caller (MONAI Label) passes only a path."""
    return str(item["film"]) if "film" in item else escape_path(Path(item["image"].meta["filename_or_obj"]).name)


def site_of(item: Mapping[str, Any]) -> str:
    """Return the site of an item's film, "unknown" if it has none."""
    return str(item.get("site", "unknown"))
