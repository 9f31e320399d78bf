"""How a network is run, for a MONAI bundle's ``inferer``."""

from .onnx_inferer import OnnxInferer
from .plain_inferer import PlainInferer

__all__ = ["OnnxInferer", "PlainInferer"]
