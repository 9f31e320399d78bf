"""How a network is run, for a MONAI bundle's ``inferer``."""

from .plain_inferer import PlainInferer

__all__ = ["PlainInferer"]
