"""Networks that MONAI lacks."""

from .resunet import ResUNet

__all__ = ["ResUNet"]
