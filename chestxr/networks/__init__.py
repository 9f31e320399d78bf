"""Networks that MONAI lacks."""

from .reference_unet import ReferenceUNet
from .resunet import ResUNet

__all__ = ["ReferenceUNet", "ResUNet"]
