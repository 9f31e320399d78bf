"""Deprecated names of renamed objects, kept for one version, since users' copies of bundles still contain them."""

import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["old_names"]


def old_names(
    module: str, names: Mapping[str, str], current: Callable[[str], Any] | None = None
) -> Callable[[str], Any]:
    """
    Return a module's ``__getattr__`` that resolves old names, with a DeprecationWarning.

    Parameters
    ----------
    module : str
        The module's name.
    names : mapping of str to str
        Old names and their replacements, as ``package.module:name``.
    current : callable, optional
        ``__getattr__`` that resolves all other names.
    """

    def find(name: str) -> Any:
        if name not in names:
            if current is not None:
                return current(name)
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        place, _, new = names[name].partition(":")
        message = f"{module}.{name} is now {place}.{new}; the old name will be removed in the next version"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return getattr(import_module(place), new)

    return find
