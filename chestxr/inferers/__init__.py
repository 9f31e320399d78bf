"""Inferers for MONAI bundles."""

from chestxr.utils.deprecated import old_names

from .mirror_inferer import MirrorInferer
from .tensor_inferer import TensorInferer

__all__ = ["MirrorInferer", "TensorInferer"]

__getattr__ = old_names(
    __name__,
    {
        "PlainInferer": "chestxr.inferers:TensorInferer",
    },
)
