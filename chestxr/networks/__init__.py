"""Networks that are not in MONAI."""

from .resunet import ResUNet

__all__ = ["ResUNet"]
