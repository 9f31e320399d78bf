"""Read single entries of a bundle's JSON without building its network."""

import json
from pathlib import Path
from pydoc import ErrorDuringImport
from typing import Any

from chestxr.utils.errors import missing_package, root_cause

__all__ = ["bundle_entry"]


def bundle_entry(folder: Path, name: str, **overrides: Any) -> Any:
    """
    Return one entry of a bundle's inference.json.

    Parameters
    ----------
    folder : pathlib.Path
        The bundle.
    name : str
        The entry; only what it refers to is instantiated.
    **overrides
        Overrides of the JSON's entries.

    Returns
    -------
    object
        The entry, evaluated.

    Raises
    ------
    ValueError
        If it cannot be evaluated, for example because a file or package is missing; the message is the root cause.
    """
    declared = json.loads((folder / "configs" / "inference.json").read_text()) | overrides
    if _is_plain(declared.get(name)) and not any(other.startswith(f"{name}#") for other in overrides):
        return declared[name]
    # PyTorch and MONAI take seconds.
    from monai.bundle import ConfigParser

    parser = ConfigParser()
    parser.read_config(str(folder / "configs" / "inference.json"))
    parser.update({"bundle_root": str(folder)} | overrides)
    try:
        return parser.get_parsed_content(name)
    except (RuntimeError, ErrorDuringImport) as error:
        raise ValueError(missing_package(error) or str(root_cause(error))) from error


def _is_plain(value: Any) -> bool:
    """Return whether a value of the JSON is used as it is, without MONAI's expressions, references and macros."""
    return isinstance(value, bool | int | float) or (isinstance(value, str) and not set(value) & set("$@%"))
