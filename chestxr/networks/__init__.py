"""Networks that are not in MONAI."""

from .lite_unet import LiteUNet
from .resunet import ResUNet

__all__ = ["LiteUNet", "ResUNet"]
