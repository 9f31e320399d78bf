"""Old name, for one version: this module is now chestxr.bundle.weights."""

from chestxr.utils.deprecated import old_names

__getattr__ = old_names(__name__, {"check_weights": "chestxr.bundle.weights:check_weights"})
