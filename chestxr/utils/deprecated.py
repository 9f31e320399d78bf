"""Old names of renamed parts, kept for one version: copies of bundles that users changed still hold them."""

import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["old_names"]


def old_names(module: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """
    Return a module's ``__getattr__`` that finds parts by their old names, with a DeprecationWarning.

    Parameters
    ----------
    module : str
        The module's own name.
    names : mapping of str to str
        Old names, and what they stand for now, as ``package.module:name``.
    """

    def find(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        place, _, new = names[name].partition(":")
        message = f"{module}.{name} is now {place}.{new}; the old name goes with the next version"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return getattr(import_module(place), new)

    return find
