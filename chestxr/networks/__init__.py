"""Networks that MONAI lacks, and how they lie in memory."""

from .memory_layout import channels_last
from .reference_unet import ReferenceUNet
from .resunet import ResUNet

__all__ = ["ReferenceUNet", "ResUNet", "channels_last"]
