"""
Let torchvision be imported beside a CPU build of torch; ``environment.sh`` installs this for MONAI Label.

MONAI Label imports torchvision for its pictures alone. The registry's torchvision is built for CUDA: beside a CPU build
of torch its compiled operators do not load, and its import then fails with "operator torchvision::nms does not exist".
Only the two operators that its import asks for are declared, and only if the compiled ones did not load.
"""

import sys

__all__ = ["install"]

_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


class _BeforeTheyAreUsed:
    """A finder that finds nothing: it learns when torchvision, its operators loaded or not, comes to use them."""

    declared = None

    @classmethod
    def find_spec(cls, name: str, path: object = None, target: object = None) -> None:
        """Declare the operators when their first use is about to be imported."""
        if name == "torchvision._meta_registrations":
            sys.meta_path.remove(cls)
            cls.declared = _declare()


def install() -> None:
    """Watch for the import of torchvision; costs nothing where it is not imported."""
    if _BeforeTheyAreUsed not in sys.meta_path:
        sys.meta_path.insert(0, _BeforeTheyAreUsed)


def _declare() -> object:
    """Return what holds the declarations: they go when it does."""
    import torch
    from torchvision.extension import _has_ops

    if _has_ops():
        return None
    library = torch.library.Library("torchvision", "DEF")
    for schema in _OPERATORS:
        library.define(schema)
    return library
