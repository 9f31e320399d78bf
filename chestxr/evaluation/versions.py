"""Which versions a result was made with."""

import platform
from importlib.metadata import version

__all__ = ["package_versions"]


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide a result, by name."""
    packages = ("chestxr", "monai", "torch", "pytorch-ignite", "numpy", "pydicom")
    return {"python": platform.python_version()} | {name: version(name) for name in packages}
